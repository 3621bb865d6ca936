# The engine: a static library that knows Boost and nothing of Node. No Node header is on its include path, so
# reaching for N-API from src/ fails to compile.

include(boost)
find_package(Threads REQUIRED)

file(GLOB_RECURSE engine_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
# Each operating system has folders of its own; the programs of the watchdog and of the console helper are built apart.
if(WIN32)
  set(foreign_folders "posix|linux|darwin")
elseif(APPLE)
  set(foreign_folders "linux|windows")
else()
  set(foreign_folders "darwin|windows")
endif()
list(FILTER engine_sources EXCLUDE REGEX "/src/.*/(${foreign_folders})/")
list(FILTER engine_sources EXCLUDE REGEX "/src/process/(linux/watchdog/program|windows/console_helper)/")

if(ESCHER_ZIG_TOOLS AND CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT ESCHER_STATIC_PROGRAMS)
  list(APPEND engine_sources "${PROJECT_SOURCE_DIR}/cmake/stat_of_kernel.cpp")
endif()
add_library(execution_engine STATIC ${engine_sources} ${boost_sources})
target_include_directories(execution_engine PUBLIC "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(execution_engine PUBLIC
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_SEPARATE_COMPILATION) # its sources are compiled once, in boost_asio.cpp
target_compile_definitions(execution_engine PRIVATE ESCHER_VERSION="${ESCHER_VERSION}")
if(ESCHER_LAUNCH_WITH_FORK)
  target_compile_definitions(execution_engine PRIVATE ESCHER_LAUNCH_WITH_FORK)
endif()
if(WIN32)
  target_compile_definitions(execution_engine PUBLIC
    _WIN32_WINNT=0x0A00 WIN32_LEAN_AND_MEAN NOMINMAX UNICODE _UNICODE)
  target_link_libraries(execution_engine PUBLIC ws2_32 mswsock bcrypt advapi32)
endif()
set_target_properties(execution_engine PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# Through the imported target Boost's headers are system headers: their warnings are not ours.
target_link_libraries(execution_engine PUBLIC ${boost_libraries} Threads::Threads PRIVATE project_warnings)
target_link_libraries(execution_engine PUBLIC project_sanitizers)

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  include(watchdog)
elseif(WIN32)
  # Found next to the module that the engine is in; see src/process/windows/console_signals.hpp.
  add_executable(escher-console-helper "${PROJECT_SOURCE_DIR}/src/process/windows/console_helper/main.cpp")
  target_link_libraries(escher-console-helper PRIVATE project_warnings)
  if(MINGW)
    target_compile_options(escher-console-helper PRIVATE -Os -fno-exceptions -fno-rtti)
    target_link_options(escher-console-helper PRIVATE -static -s)
  endif()
  add_dependencies(execution_engine escher-console-helper)
endif()

# Code that runs rarely, or that mostly waits for the kernel, is optimized for size: at -O3 it is twice as large, and no
# faster.
file(GLOB small_sources
  "${PROJECT_SOURCE_DIR}/src/engine/leftovers.cpp"
  "${PROJECT_SOURCE_DIR}/src/engine/record_cleanup.cpp"
  "${PROJECT_SOURCE_DIR}/src/engine/posix/watchdog_keeper.cpp"
  "${PROJECT_SOURCE_DIR}/src/execution/execution_terminal.cpp"
  "${PROJECT_SOURCE_DIR}/src/execution/tree_scanner.cpp"
  "${PROJECT_SOURCE_DIR}/src/output/posix/private_file.cpp"
  "${PROJECT_SOURCE_DIR}/src/output/windows/*.cpp"
  "${PROJECT_SOURCE_DIR}/src/output/recording.cpp"
  "${PROJECT_SOURCE_DIR}/src/output/redaction/secret_*.cpp"
  "${PROJECT_SOURCE_DIR}/src/policy/config_rules.cpp"
  "${PROJECT_SOURCE_DIR}/src/policy/journal_format.cpp"
  "${PROJECT_SOURCE_DIR}/src/policy/windows_*.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/launch.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/pseudo_terminal.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/terminal.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/cgroup/*.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/launch/*.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/proc/pipe_holders.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/watchdog/watchdog.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/linux/watchdog/watchdog_file.cpp"
  "${PROJECT_SOURCE_DIR}/src/recovery/*.cpp"
  "${PROJECT_SOURCE_DIR}/src/recovery/*/*.cpp"
  "${PROJECT_SOURCE_DIR}/cmake/boost_process.cpp")
set_source_files_properties(${small_sources} PROPERTIES
  COMPILE_OPTIONS "$<$<AND:$<CONFIG:Release>,$<NOT:$<CXX_COMPILER_ID:MSVC>>>:-Os>")
