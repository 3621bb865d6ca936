# Google Benchmark: the engine, its parts, and the system calls that it uses; see bench/README.md.

find_package(benchmark REQUIRED)

file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/cpp/*.cpp")

# Benchmarks of bare system calls, and those that are compared with them, are for Linux.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  file(GLOB floor_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/cpp/floor/*.cpp")
  list(FILTER floor_sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(bare_calls STATIC ${floor_sources})
  target_include_directories(bare_calls PUBLIC "${PROJECT_SOURCE_DIR}/bench/cpp" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(bare_calls PUBLIC Threads::Threads PRIVATE project_warnings)
  add_executable(engine_floor "${PROJECT_SOURCE_DIR}/bench/cpp/floor/main.cpp")
  target_link_libraries(engine_floor PRIVATE bare_calls project_warnings)
else()
  list(FILTER bench_sources EXCLUDE REGEX "/(launch|pump)_bench\\.cpp$")
endif()

add_executable(engine_bench ${bench_sources})
target_include_directories(engine_bench PRIVATE "${PROJECT_SOURCE_DIR}/bench/cpp" "${PROJECT_SOURCE_DIR}/test/cpp")
target_link_libraries(engine_bench PRIVATE execution_engine project_warnings benchmark::benchmark_main)
if(TARGET engine_floor)
  target_link_libraries(engine_bench PRIVATE bare_calls)
  add_dependencies(engine_bench engine_floor)
endif()
