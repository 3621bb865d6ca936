# libFuzzer over the parsers: one target for each test/fuzz/<name>_fuzz.cpp, with the pure parts of the engine that they
# are about. tools/fuzz.mjs runs them.

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "The fuzz targets need Clang: libFuzzer is a part of it.")
endif()

add_library(fuzzed_parts STATIC
  src/model/error.cpp
  src/policy/describe.cpp
  src/policy/journal_format.cpp
  src/policy/rules.cpp
  src/stream/display_filter.cpp
  src/stream/progress_sequence.cpp
  src/stream/form_automaton.cpp
  src/stream/line_splitter.cpp
  src/stream/newlines.cpp
  src/stream/redactor.cpp
  src/stream/secret_base64.cpp
  src/stream/secret_forms.cpp
  src/stream/secret_json.cpp
  src/stream/secret_shell.cpp
  src/stream/secret_uri.cpp
  src/stream/utf8.cpp
  src/stream/vt_parser.cpp)
target_include_directories(fuzzed_parts PUBLIC "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(fuzzed_parts PUBLIC Boost::headers project_warnings)
target_compile_options(fuzzed_parts PUBLIC
  -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
target_link_options(fuzzed_parts PUBLIC -fsanitize=address,undefined)

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/test/fuzz/*_fuzz.cpp")
foreach(source IN LISTS fuzz_sources)
  get_filename_component(name "${source}" NAME_WE)
  add_executable(${name} "${source}")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/test/fuzz")
  target_link_libraries(${name} PRIVATE fuzzed_parts)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  list(APPEND fuzz_targets ${name})
endforeach()
add_custom_target(fuzz_targets DEPENDS ${fuzz_targets})
