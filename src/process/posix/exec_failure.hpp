// Why execve failed, where the errno alone is misleading. In the host, after the launch.
#pragma once

#include <string>

#include "process/launch.hpp"

namespace escher::posix {

// For an executable that is there: what it needs to run and is missing. Empty if nothing more is
// known.
std::string why_not_executed(int os_error, const std::string& executable,
                             const LaunchOptions& options);

}  // namespace escher::posix
