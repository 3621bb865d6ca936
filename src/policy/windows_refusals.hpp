// What a request may not ask for on Windows. Pure, and tested on every platform; any thread.
#pragma once

#include <optional>

#include "model/error.hpp"
#include "model/limits.hpp"

namespace escher::windows {

// Windows has no umask, nice value, numbers of users, or limits of files; nothing is ignored
// silently. Memory and the number of processes are limits of the tree.
std::optional<Error> refuse_unsupported(const ProcessLimits& limits, std::optional<unsigned> uid,
                                        std::optional<unsigned> gid);

}  // namespace escher::windows
