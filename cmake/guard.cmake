# The guard: a small program of its own, whose bytes go into the engine, so that no file has to be found, and none needs
# the right to be run. The C library alone: no C++ runtime, no sanitizer, whatever the engine is built with.

set(guard_file "${PROJECT_BINARY_DIR}/guard/escher-guard")
add_executable(escher-guard
  "${PROJECT_SOURCE_DIR}/src/process/posix/guard/main.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/control_group_tree_linux.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/process_table_linux.cpp")
set_target_properties(escher-guard PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/guard")
target_include_directories(escher-guard PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(escher-guard PRIVATE project_warnings)
target_compile_options(escher-guard PRIVATE -Os -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables
  -ffunction-sections -fdata-sections)
target_link_options(escher-guard PRIVATE -s LINKER:--gc-sections LINKER:--as-needed LINKER:-z,now)

set_source_files_properties("${PROJECT_SOURCE_DIR}/src/process/posix/guard_image_linux.cpp" PROPERTIES
  COMPILE_DEFINITIONS "ESCHER_GUARD_FILE=\"${guard_file}\""
  OBJECT_DEPENDS "${guard_file}"
  SKIP_PRECOMPILE_HEADERS ON)
add_dependencies(execution_engine escher-guard)
