#include "process/pipe_holders.hpp"

namespace escher {

// No descendant escapes from its job, so there is none to find by its pipes.
std::vector<TreeMember> find_pipe_holders(const std::vector<std::uint64_t>&, std::uint64_t,
                                          SteadyTime) {
  return {};
}

}  // namespace escher
