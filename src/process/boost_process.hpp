// Boost.Process v2, for src/process: the only header that includes the library.
//
// `popen`, `execute` and `shell` (which expands words in the host) are not used, and so not
// included.
#pragma once

#include <boost/version.hpp>

// Before 1.86 the library consists of headers. Its sources are compiled once, in
// cmake/boost_process.cpp: header-only, `process_environment` of 1.81 to 1.83 does not link.
// From 1.86 on the compiled library is linked, which is built with Boost.Filesystem.
#if BOOST_VERSION < 108600
#define BOOST_PROCESS_USE_STD_FS
#define BOOST_PROCESS_V2_SEPARATE_COMPILATION
#endif

// Version 1.81 does not include these itself, although it uses them with std::filesystem.
#include <boost/asio/detail/throw_error.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/detail/last_error.hpp>
#include <boost/type_traits.hpp>

// The library.
#if !defined(_WIN32)
// With mingw it does not compile before 1.83; process/windows has its own environment block.
#include <boost/process/v2/bind_launcher.hpp>
#include <boost/process/v2/cstring_ref.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/exit_code.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#else
#include <boost/process/v2/windows/default_launcher.hpp>
#endif
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/start_dir.hpp>
#include <boost/process/v2/stdio.hpp>

namespace escher {

namespace v2 = boost::process::v2;

}  // namespace escher
