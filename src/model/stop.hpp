// How an execution is asked to end: signals and waits, one step after the other, before SIGKILL. A
// value; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/time.hpp"

namespace escher {

struct StopStep {
  enum class To : std::uint8_t { tree, leader };

  int signal = 0;
  To to = To::tree;
  // The time until the next step, unless the whole tree ends before.
  Millis wait{0};

  friend bool operator==(const StopStep&, const StopStep&) = default;
};

using StopSteps = std::vector<StopStep>;

inline constexpr std::size_t kMostStopSteps = 8;

}  // namespace escher
