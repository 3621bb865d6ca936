# libFuzzer over the parsers: one target for each test/fuzz/<name>_fuzz.cpp, with the pure parts of the engine that they
# test. tools/fuzz.mjs runs them.

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "The fuzz targets need Clang: libFuzzer is a part of it.")
endif()

add_library(fuzzed_parts STATIC
  src/model/error.cpp
  src/policy/command_text.cpp
  src/policy/journal_format.cpp
  src/policy/rules.cpp
  src/output/display/display_filter.cpp
  src/output/display/progress_sequence.cpp
  src/output/redaction/base64_lines.cpp
  src/output/redaction/form_automaton.cpp
  src/output/redaction/form_set.cpp
  src/output/line_splitter.cpp
  src/output/newlines.cpp
  src/output/redaction/redactor.cpp
  src/output/redaction/secret_base64.cpp
  src/output/redaction/secret_forms.cpp
  src/output/redaction/secret_json.cpp
  src/output/redaction/secret_shell.cpp
  src/output/redaction/secret_uri.cpp
  src/output/utf8.cpp
  src/output/display/vt_parser.cpp)
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
