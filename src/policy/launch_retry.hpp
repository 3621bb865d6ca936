// Whether and when a launch that failed is tried again. Pure. Belongs to that launch.
#pragma once

#include <optional>

#include "model/time.hpp"

namespace escher {

// What passes by itself: a system that is out of processes, memory or descriptors for a moment, and
// a program that somebody still holds open for writing (its writer may be a child that was launched
// a moment ago and has not come to its execve). The waits double up to 640 ms; together they stay
// under a second and a half, and at about 30 seconds while others run. Once the last of the others
// has ended there is as much time again as if there had been none: what they gave back is there
// now.
class LaunchRetry {
 public:
  // After a failure with this errno: how long to wait, or nothing when it is final. `others_run`:
  // executions of the engine are alive, whose ends will give something back.
  std::optional<Millis> after_failure(int os_error, bool others_run);

 private:
  int failures_ = 0;
  int alone_ = 0;  // of them, since others ran
};

}  // namespace escher
