# GoogleTest through CTest: every TEST is a CTest case and runs in its own process.

if(CMAKE_CROSSCOMPILING)
  # From its sources, which the package of this system has too.
  set(BUILD_GMOCK ON CACHE BOOL "")
  set(INSTALL_GTEST OFF CACHE BOOL "")
  add_subdirectory(/usr/src/googletest "${PROJECT_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL)
  if(NOT TARGET GTest::gmock_main)
    add_library(GTest::gmock_main ALIAS gmock_main)
  endif()
else()
  find_package(GTest REQUIRED)
endif()
include(GoogleTest)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/test/cpp/*.cpp")
list(FILTER test_sources EXCLUDE REGEX "/test/cpp/(windows/)?(puppet|fugitive)\\.cpp$")
if(WIN32)
  set(children puppet)
  set(children_folder "${PROJECT_SOURCE_DIR}/test/cpp/windows")
  # What is written for POSIX: processes, files and paths of that system. The other tests run on Windows too.
  list(FILTER test_sources EXCLUDE REGEX "/test/cpp/(engine|execution|process|recovery|support)/")
  list(FILTER test_sources EXCLUDE REGEX
    "/(private_file|exact_capture|log_file|recording|output_overflow|output_pipeline|child_environment|command_lookup|request_rules)_test\\.cpp$")
else()
  set(children puppet fugitive)
  set(children_folder "${PROJECT_SOURCE_DIR}/test/cpp")
  list(FILTER test_sources EXCLUDE REGEX "/test/cpp/windows/")
endif()

# The child programs of the tests. Without sanitizers and without the engine they start in a millisecond.
foreach(child IN LISTS children)
  add_executable(${child} "${children_folder}/${child}.cpp")
  target_link_libraries(${child} PRIVATE project_warnings Threads::Threads)
endforeach()

add_executable(engine_tests ${test_sources})
target_include_directories(engine_tests PRIVATE "${PROJECT_SOURCE_DIR}/test/cpp")
target_link_libraries(engine_tests PRIVATE execution_engine project_warnings GTest::gmock_main)
# The sanitizer presets optimize the engine. Optimizing the tests as well would double their compile time.
if(NOT MSVC)
  target_compile_options(engine_tests PRIVATE -O0)
endif()
add_dependencies(engine_tests ${children})

if(ESCHER_STATIC_PROGRAMS)
  foreach(program engine_tests ${children})
    target_link_options(${program} PRIVATE -static)
  endforeach()
endif()
if(WIN32)
  # They run on Windows, or under Wine (tools/test-windows.mjs): no path of the build machine is compiled in.
  if(MINGW)
    target_link_options(engine_tests PRIVATE -static)
    target_compile_options(engine_tests PRIVATE -Wa,-mbig-obj)
    target_link_options(puppet PRIVATE -static)
  endif()
  return()
endif()

# Only one object contains the path, so that all others are the same in every build folder.
set_property(SOURCE "${PROJECT_SOURCE_DIR}/test/cpp/support/puppet_path.cpp" APPEND PROPERTY
  COMPILE_DEFINITIONS PUPPET_FILE="$<TARGET_FILE:puppet>" FUGITIVE_FILE="$<TARGET_FILE:fugitive>")
# Ends a test that hangs. ThreadSanitizer takes minutes for a thousand launches where a fork is slow.
# Programs of another platform are run by tools/test-platforms.mjs.
if(NOT CMAKE_CROSSCOMPILING)
  gtest_discover_tests(engine_tests DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endif()
