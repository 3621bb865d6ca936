// Whether and when a launch that failed is tried again. Pure; any thread.
#pragma once

#include <optional>

#include "model/time.hpp"

namespace escher {

// After so many failures with this errno: how long to wait, or nothing when it is final.
// `others_run`: executions of the engine are alive, whose ends will give something back.
//
// What passes by itself: a system that is out of processes, memory or descriptors for a moment, and
// a program that somebody still holds open for writing (its writer may be a child that was launched
// a moment ago and has not come to its execve). The waits double up to 640 ms; together they stay
// under a second and a half, and at about 30 seconds while others run.
std::optional<Millis> retry_delay(int os_error, int failures, bool others_run);

}  // namespace escher
