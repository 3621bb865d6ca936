# Compiles through ccache where it is installed, so that a second clone or a second preset reuses the objects of the
# first. Paths become relative to the build folder, because absolute ones differ between clones. There is no precompiled
# header: it would defeat ccache, and saves less than a tenth of the compile time.

find_program(CCACHE_PROGRAM ccache)
# The compiler of another platform is a script, whose text names its version.
if(CMAKE_CROSSCOMPILING)
  set(compiler_check CCACHE_COMPILERCHECK=content)
endif()
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 ${compiler_check} "${CCACHE_PROGRAM}")
endif()
