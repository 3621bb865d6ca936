// The two clocks. Durations and deadlines use the monotonic clock, timestamps for users the wall
// clock. Policy code takes the time as a parameter and reads no clock.
#pragma once

#include <chrono>
#include <cmath>

namespace escher {

using SteadyClock = std::chrono::steady_clock;
using SteadyTime = SteadyClock::time_point;

// Milliseconds with a fraction. Infinity means "no limit" or "never".
using Millis = std::chrono::duration<double, std::milli>;

inline constexpr Millis kForever{HUGE_VAL};

inline bool is_forever(Millis d) { return std::isinf(d.count()); }

// Ten years. Longer delays count as "never", because they would overflow the ticks of the clock.
inline constexpr Millis kLongestDelay{315'360'000'000.0};

inline bool is_never(Millis d) { return d > kLongestDelay; }

inline SteadyClock::duration to_steady(Millis d) {
  return std::chrono::duration_cast<SteadyClock::duration>(d);
}

inline Millis to_millis(SteadyClock::duration d) { return std::chrono::duration_cast<Millis>(d); }

// Whole milliseconds since the epoch, like `Date.now()`.
using EpochMillis = double;

inline EpochMillis wall_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

}  // namespace escher
