// The pipes or the terminal that become stdin, stdout and stderr of a child. POSIX. Made for a
// launch, on the spawn thread; launch() owns them.
#pragma once

#include "model/error.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher::posix {

struct StdioPipes {
  // The ends of the host. `in` and `err` are empty if there is no such pipe.
  UniqueFd in, out, err;
  // With a terminal, whose master `in` and `out` are too.
  UniqueFd terminal;
  // The ends of the child, closed in the host after the launch.
  UniqueFd child_in, child_out, child_err;
  // What becomes 0, 1 and 2. All of them are above 2, so that none is overwritten before it was
  // copied, even in a host that has closed its own stdio.
  int child_fds[3] = {-1, -1, -1};
};

// Without `open_stdin` the child reads the null device. With `merge_stderr` stderr is the pipe of
// stdout.
Result<StdioPipes> make_stdio_pipes(bool open_stdin, bool merge_stderr);

}  // namespace escher::posix
