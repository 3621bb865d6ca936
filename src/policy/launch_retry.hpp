// Whether and when a failed launch is retried. Pure; one for each launch.
#pragma once

#include <optional>

#include "model/time.hpp"

namespace escher {

// Retries transient errors: resource exhaustion (processes, memory, descriptors), and a program
// that is open for writing. The writer may be another child that has inherited the descriptor and
// not yet reached its execve.
//
// The delays double up to 640 ms. Their sum stays under 1.5 seconds, or at about 30 seconds while
// other executions run, because these release resources when they end. When the last of them has
// ended, the launch gets the full 1.5 seconds once more.
class LaunchRetry {
 public:
  // The delay before the next attempt, or nothing if the error is final. `others_run`: other
  // executions of the engine run.
  std::optional<Millis> after_failure(int os_error, bool others_run);

 private:
  int failures_ = 0;
  int alone_ = 0;  // failures since other executions ran
};

}  // namespace escher
