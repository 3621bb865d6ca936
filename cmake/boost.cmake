# Boost's headers; nothing of it is linked. Those of the system where they are new enough, else those that the published
# package carries: vendor/boost.tar.xz, written when it is packed (tools/pack/headers.mjs).

set(vendored_boost "${PROJECT_SOURCE_DIR}/vendor/boost.tar.xz")

if(EXISTS "${vendored_boost}")
  find_package(Boost 1.81 QUIET)
else()
  find_package(Boost 1.81 REQUIRED)
endif()

if(NOT Boost_FOUND)
  set(unpacked "${PROJECT_BINARY_DIR}/vendor")
  message(STATUS "Boost >= 1.81 is not installed: taking the headers that came with the package")
  if(NOT EXISTS "${unpacked}/boost/version.hpp")
    file(ARCHIVE_EXTRACT INPUT "${vendored_boost}" DESTINATION "${unpacked}")
  endif()
  add_library(Boost::headers INTERFACE IMPORTED)
  target_include_directories(Boost::headers SYSTEM INTERFACE "${unpacked}")
  # The archive holds what the sources include, and not all of Asio.
  set(ESCHER_PCH OFF)
endif()
