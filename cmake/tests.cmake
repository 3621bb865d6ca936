# GoogleTest through CTest: every TEST is a CTest case of its own, in a process of its own.

find_package(GTest REQUIRED)
include(GoogleTest)

# The child program of the tests. Plain on purpose: no sanitizer, no engine, so it starts in a millisecond.
file(GLOB puppet_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/test/cpp/puppet.cpp")
if(puppet_sources)
  add_executable(puppet ${puppet_sources})
  target_link_libraries(puppet PRIVATE project_warnings Threads::Threads)
endif()

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/test/cpp/*.cpp")
list(FILTER test_sources EXCLUDE REGEX "/test/cpp/puppet\\.cpp$")
if(test_sources)
  add_executable(engine_tests ${test_sources})
  target_include_directories(engine_tests PRIVATE "${PROJECT_SOURCE_DIR}/test/cpp")
  target_link_libraries(engine_tests PRIVATE execution_engine project_warnings GTest::gmock_main)
  if(TARGET puppet)
    add_dependencies(engine_tests puppet)
    target_compile_definitions(engine_tests PRIVATE PUPPET_PATH="$<TARGET_FILE:puppet>")
  endif()
  gtest_discover_tests(engine_tests DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endif()
