// Who holds the writing end of a pipe: all that is left to tell of a descendant that has cleared
// its environment, left its session and lost its parent. Any thread; looks through the descriptors
// of the machine, so only where there is a reason.
#pragma once

#include <cstdint>
#include <vector>

#include "model/time.hpp"
#include "policy/process_tree.hpp"

namespace escher {

// Pipes as `OutputPipe::identity` names them. Only processes that were started at `since` or later:
// an older one was given the descriptor. Never this process. What is not found by the deadline is
// not told.
std::vector<TreeMember> find_pipe_holders(const std::vector<std::uint64_t>& pipes,
                                          std::uint64_t since, SteadyTime deadline);

}  // namespace escher
