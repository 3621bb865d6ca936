// Whether and when a launch that failed is tried again. Pure; any thread.
#pragma once

#include <optional>

#include "model/time.hpp"

namespace escher {

// After so many failures with this errno: how long to wait, or nothing when it is final.
//
// What passes by itself: a system that is out of processes, memory or descriptors for a moment, and
// a program that somebody still holds open for writing (its writer may be a child that was launched
// a moment ago and has not come to its execve). The waits double; together they stay under a second
// and a half.
std::optional<Millis> retry_delay(int os_error, int failures);

}  // namespace escher
