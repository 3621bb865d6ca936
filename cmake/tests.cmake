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

# The child programs of the tests. Without sanitizers and without the engine they start in a millisecond.
foreach(child puppet fugitive)
  add_executable(${child} "${PROJECT_SOURCE_DIR}/test/cpp/${child}.cpp")
  target_link_libraries(${child} PRIVATE project_warnings Threads::Threads)
endforeach()

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/test/cpp/*.cpp")
list(FILTER test_sources EXCLUDE REGEX "/test/cpp/(puppet|fugitive)\\.cpp$")
add_executable(engine_tests ${test_sources})
target_include_directories(engine_tests PRIVATE "${PROJECT_SOURCE_DIR}/test/cpp")
target_link_libraries(engine_tests PRIVATE execution_engine project_warnings GTest::gmock_main)
# The sanitizer presets optimize the engine. Optimizing the tests as well would double their compile time.
if(NOT MSVC)
  target_compile_options(engine_tests PRIVATE -O0)
endif()
add_dependencies(engine_tests puppet fugitive)
if(ESCHER_STATIC_PROGRAMS)
  foreach(program engine_tests puppet fugitive)
    target_link_options(${program} PRIVATE -static)
  endforeach()
endif()
# Only one object contains the path, so that all others are the same in every build folder.
set_property(SOURCE "${PROJECT_SOURCE_DIR}/test/cpp/support/puppet_path.cpp" APPEND PROPERTY
  COMPILE_DEFINITIONS PUPPET_FILE="$<TARGET_FILE:puppet>" FUGITIVE_FILE="$<TARGET_FILE:fugitive>")
# Ends a test that hangs. ThreadSanitizer takes minutes for a thousand launches where a fork is slow.
# Programs of another platform are run by tools/test-platforms.mjs.
if(NOT CMAKE_CROSSCOMPILING)
  gtest_discover_tests(engine_tests DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endif()
