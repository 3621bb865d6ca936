# Boost: the headers of Asio, and Boost.Process v2. The system's Boost is used where it is 1.81 or newer; otherwise the
# headers that the published package carries: vendor/boost.tar.xz, of 1.81 to 1.85 (tools/pack/headers.mjs).
#
# Before 1.86 Boost.Process v2 has headers only, and its sources are compiled once, in boost_process.cpp. From 1.86 on it
# is a compiled library, which is linked. src/process/boost_process.hpp sets its macros to match.

set(vendored_boost "${PROJECT_SOURCE_DIR}/vendor/boost.tar.xz")
set(boost_sources "${PROJECT_SOURCE_DIR}/cmake/boost_asio.cpp" "${PROJECT_SOURCE_DIR}/cmake/boost_process.cpp")
set(boost_libraries Boost::headers)

# From CMake 3.30 on: the configuration that Boost installs, as the module of CMake is being removed.
if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW)
endif()
if(NOT ESCHER_BOOST_HEADERS)
  find_package(Boost 1.81 QUIET)
endif()
if(Boost_FOUND AND Boost_VERSION VERSION_GREATER_EQUAL 1.86)
  find_package(Boost 1.86 QUIET COMPONENTS process filesystem)
  if(Boost_FOUND)
    set(boost_sources "${PROJECT_SOURCE_DIR}/cmake/boost_asio.cpp")
    set(boost_libraries Boost::headers Boost::process Boost::filesystem)
  endif()
endif()

if(ESCHER_BOOST_HEADERS)
  # For another platform: the same headers, without those of this system beside them.
  add_library(chosen_boost_headers INTERFACE)
  target_include_directories(chosen_boost_headers SYSTEM INTERFACE "${ESCHER_BOOST_HEADERS}")
  set(boost_libraries chosen_boost_headers)
elseif(NOT Boost_FOUND)
  if(NOT EXISTS "${vendored_boost}")
    message(FATAL_ERROR "Boost >= 1.81 is not installed (from 1.86 on with boost_process and boost_filesystem). "
      "tools/setup installs it.")
  endif()
  set(unpacked "${PROJECT_BINARY_DIR}/vendor")
  message(STATUS "No Boost >= 1.81 can be used: taking the headers that came with the package")
  if(NOT EXISTS "${unpacked}/boost/version.hpp")
    file(ARCHIVE_EXTRACT INPUT "${vendored_boost}" DESTINATION "${unpacked}")
  endif()
  # A name of its own: a system Boost without the compiled libraries has defined Boost::headers.
  add_library(vendored_boost_headers INTERFACE)
  target_include_directories(vendored_boost_headers SYSTEM INTERFACE "${unpacked}")
  set(boost_libraries vendored_boost_headers)
endif()
