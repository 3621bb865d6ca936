# Google Benchmark over the pure parts of the engine and its launcher; see bench/README.md.

find_package(benchmark REQUIRED)

file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/cpp/*.cpp")
if(bench_sources)
  add_executable(engine_bench ${bench_sources})
  target_link_libraries(engine_bench PRIVATE execution_engine project_warnings benchmark::benchmark_main)
endif()
