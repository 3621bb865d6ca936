// The pipes that become stdin, stdout and stderr of a child. Windows. Made for a launch, on the
// spawn thread; launch() owns them.
#pragma once

#include "model/error.hpp"
#include "model/windows/native.hpp"

namespace escher::windows {

struct StdioPipes {
  // The ends of the host, for overlapped calls. `in` and `err` are empty if there is no such pipe.
  UniqueHandle in, out, err;
  // The ends of the child, for synchronous calls, closed in the host after the launch. `child_err`
  // is empty if stderr is the pipe of stdout.
  UniqueHandle child_in, child_out, child_err;
};

// Without `open_stdin` the child reads the null device. No handle is inheritable.
Result<StdioPipes> make_stdio_pipes(bool open_stdin, bool merge_stderr);

}  // namespace escher::windows
