# The toolchain file for other platforms, and for an old glibc: the compiler of Zig. tools/cross/build.mjs passes the folder
# of its tools, and what the target is.

# CMake reads this file again for its own checks, without the cache.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ESCHER_ZIG_TOOLS ESCHER_TARGET_SYSTEM ESCHER_TARGET_PROCESSOR)

set(CMAKE_SYSTEM_NAME "${ESCHER_TARGET_SYSTEM}")
set(CMAKE_SYSTEM_PROCESSOR "${ESCHER_TARGET_PROCESSOR}")
set(CMAKE_CXX_COMPILER "${ESCHER_ZIG_TOOLS}/clang++")
set(CMAKE_AR "${ESCHER_ZIG_TOOLS}/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${ESCHER_ZIG_TOOLS}/ranlib" CACHE FILEPATH "")
# Zig's compiler adds the undefined-behaviour sanitizer to what is not optimized.
set(CMAKE_CXX_FLAGS_INIT "-fno-sanitize=undefined")

# Headers and libraries of this system are not for the target. Programs, such as node, are those of this system.
set(CMAKE_FIND_ROOT_PATH "${ESCHER_ZIG_TOOLS}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
  # Zig's compiler has no SDK.
  set(CMAKE_OSX_SYSROOT "" CACHE STRING "")
  set(CMAKE_OSX_ARCHITECTURES "" CACHE STRING "")
  set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "")
  set(CMAKE_INSTALL_NAME_TOOL /bin/true CACHE FILEPATH "")
endif()
