// The two clocks. Durations and deadlines come from the monotonic one, timestamps that people read
// from the wall. Policy code takes time as a parameter and reads neither.
#pragma once

#include <chrono>
#include <cmath>

namespace escher {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;

// Milliseconds with a fraction. Infinity means "without limit" or "never".
using Millis = std::chrono::duration<double, std::milli>;

inline constexpr Millis kForever{HUGE_VAL};

inline bool is_forever(Millis d) { return std::isinf(d.count()); }

// Longer delays than this (ten years) are as good as forever, and would overflow the clock's ticks.
inline constexpr Millis kLongestDelay{315'360'000'000.0};

inline bool is_never(Millis d) { return d > kLongestDelay; }

inline SteadyClock::duration to_steady(Millis d) {
  return std::chrono::duration_cast<SteadyClock::duration>(d);
}

inline Millis to_millis(SteadyClock::duration d) { return std::chrono::duration_cast<Millis>(d); }

// Whole milliseconds since the epoch, as `Date.now()` counts them.
using EpochMillis = double;

inline EpochMillis wall_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

}  // namespace escher
