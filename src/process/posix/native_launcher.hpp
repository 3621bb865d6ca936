// The launcher of this system.
#pragma once

#if defined(__APPLE__)
#include "process/darwin/posix_spawn_launcher.hpp"
#else
#include "process/linux/launch/clone_launcher.hpp"
#endif

namespace escher::posix {

#if defined(__APPLE__)
using NativeLauncher = PosixSpawnLauncher;
#else
using NativeLauncher = CloneLauncher;
#endif

}  // namespace escher::posix
