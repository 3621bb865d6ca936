# The engine: a static library that knows Boost and nothing of Node. No Node header is on its include path, so
# reaching for N-API from src/ fails to compile.

include(boost)
find_package(Threads REQUIRED)

file(GLOB_RECURSE engine_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")
if(WIN32)
  list(FILTER engine_sources EXCLUDE REGEX "/src/process/posix/")
else()
  list(FILTER engine_sources EXCLUDE REGEX "/src/process/windows/")
  list(FILTER engine_sources EXCLUDE REGEX "/src/process/posix/guard/main\\.cpp$")
endif()

add_library(execution_engine STATIC ${engine_sources} "${PROJECT_SOURCE_DIR}/cmake/boost_asio.cpp")
target_include_directories(execution_engine PUBLIC "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(execution_engine PUBLIC
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_SEPARATE_COMPILATION) # its sources are compiled once, in boost_asio.cpp
target_compile_definitions(execution_engine PRIVATE ESCHER_VERSION="${ESCHER_VERSION}")
if(ESCHER_LAUNCH_WITH_FORK)
  target_compile_definitions(execution_engine PRIVATE ESCHER_LAUNCH_WITH_FORK)
endif()
if(WIN32)
  target_compile_definitions(execution_engine PUBLIC _WIN32_WINNT=0x0A00 WIN32_LEAN_AND_MEAN NOMINMAX)
endif()
set_target_properties(execution_engine PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# Through the imported target Boost's headers are system headers: their warnings are not ours.
target_link_libraries(execution_engine PUBLIC Boost::headers Threads::Threads PRIVATE project_warnings)
target_link_libraries(execution_engine PUBLIC project_sanitizers)

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  include(guard)
endif()

if(ESCHER_PCH)
  target_precompile_headers(execution_engine PRIVATE <boost/asio.hpp>)
  # model/, policy/ and the pure parts of stream/ do not know Asio, and shall not get it by accident.
  foreach(source IN LISTS engine_sources)
    if(source MATCHES "/src/(model|policy|stream)/" AND NOT source MATCHES "/stream_pump[^/]*$")
      set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endif()
# What only puts paths together and asks the kernel is made small: at -O3 it is twice the size, and no faster.
file(GLOB asking_sources "${PROJECT_SOURCE_DIR}/src/process/posix/control_group*.cpp"
  "${PROJECT_SOURCE_DIR}/src/process/posix/pipe_holders_*.cpp"
  "${PROJECT_SOURCE_DIR}/src/journal*.cpp" "${PROJECT_SOURCE_DIR}/src/overflow_directory.cpp")
set_source_files_properties(${asking_sources} PROPERTIES
  COMPILE_OPTIONS "$<$<AND:$<CONFIG:Release>,$<NOT:$<CXX_COMPILER_ID:MSVC>>>:-Os>"
  SKIP_PRECOMPILE_HEADERS ON)
set_source_files_properties("${PROJECT_SOURCE_DIR}/cmake/boost_asio.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
