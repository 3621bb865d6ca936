// Finds the processes that hold the writing end of a pipe: the only trace of a descendant that has
// cleared its environment, left its session and lost its parent. Any thread. It reads the
// descriptors of every process, so it is called only when a pipe stays open after the exit.
#pragma once

#include <cstdint>
#include <vector>

#include "model/time.hpp"
#include "policy/process_tree.hpp"

namespace escher {

// `pipes` are values of `OutputPipe::identity`. A process that was started before `since` is not a
// descendant and is left out, and so is this process. Processes that are not examined before the
// deadline are missing in the result.
std::vector<TreeMember> find_pipe_holders(const std::vector<std::uint64_t>& pipes,
                                          std::uint64_t since, SteadyTime deadline);

}  // namespace escher
