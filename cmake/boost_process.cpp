// The one translation unit that holds the compiled part of Boost.Process v2 before Boost 1.86, see
// src/process/boost_process.hpp.
#include "process/boost_process.hpp"

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// Boost.Process expects this function wherever the kernel has the system call; musl, and glibc
// before 2.34, do not have it.
[[maybe_unused]] static int close_range_of_kernel(unsigned first, unsigned last, int flags) {
  return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}
#define close_range close_range_of_kernel
#endif

#if !defined(_WIN32)
#include <boost/process/v2/src.hpp>
#else
// The parts that the engine uses. The environment among the others does not compile with mingw
// before 1.83.
#define BOOST_PROCESS_V2_SOURCE
#include <boost/process/v2/detail/impl/last_error.ipp>
#include <boost/process/v2/detail/impl/throw_error.ipp>
#include <boost/process/v2/detail/impl/utf8.ipp>
#include <boost/process/v2/impl/default_launcher.ipp>
#include <boost/process/v2/impl/error.ipp>
#include <boost/process/v2/impl/process_handle.ipp>
#endif
