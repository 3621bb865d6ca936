# The watchdog: a small program whose bytes are embedded into the engine, so no file needs to be found or to be executable.
# It uses the C library alone: no C++ runtime and no sanitizer, whatever the engine is built with.

set(watchdog_file "${PROJECT_BINARY_DIR}/watchdog/escher-watchdog")
add_executable(escher-watchdog
  "${PROJECT_SOURCE_DIR}/src/process/linux/watchdog/program/main.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/cgroup/cgroup_tree.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/proc/new_process_numbers.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/proc/process_entry.cpp")
set_target_properties(escher-watchdog PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/watchdog")
target_include_directories(escher-watchdog PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(escher-watchdog PRIVATE project_warnings)
target_compile_options(escher-watchdog PRIVATE -Os -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables
  -ffunction-sections -fdata-sections)
target_link_options(escher-watchdog PRIVATE -s LINKER:--gc-sections LINKER:-z,now)
if(ESCHER_STATIC_PROGRAMS)
  target_link_options(escher-watchdog PRIVATE -static)
elseif(NOT ESCHER_ZIG_TOOLS)
  # Zig's linker does not know it.
  target_link_options(escher-watchdog PRIVATE LINKER:--as-needed)
endif()

set_source_files_properties("${PROJECT_SOURCE_DIR}/src/process/linux/watchdog/watchdog_image.cpp" PROPERTIES
  COMPILE_DEFINITIONS "ESCHER_WATCHDOG_FILE=\"${watchdog_file}\""
  OBJECT_DEPENDS "${watchdog_file}")
add_dependencies(execution_engine escher-watchdog)
