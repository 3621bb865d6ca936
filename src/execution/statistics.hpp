// Counters and durations of one engine since its start. Any thread, lock-free.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "model/status.hpp"
#include "model/time.hpp"

namespace escher {

// Percentiles of durations, exact to about 6 %: the buckets are powers of two, each cut in 8.
class DurationHistogram {
 public:
  void add(SteadyClock::duration duration);
  // `fraction` 0.5 = the median. 0 while it is empty.
  Millis percentile(double fraction) const;

 private:
  static constexpr int kSteps = 8;
  static constexpr int kPowers = 44;  // of microseconds: half a year
  static std::size_t bucket_of(std::uint64_t micros);
  static double middle_of(std::size_t bucket);

  std::array<std::atomic<std::uint64_t>, kSteps * kPowers> buckets_{};
};

struct Statistics {
  std::array<std::atomic<std::uint64_t>, kStatusCount>
      ended{};  // only the terminal states are used
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> spawn_failures{0};
  std::atomic<bool> any_launch{false};
  // Processes that SIGKILL did not end, and that have not exited since.
  std::atomic<int> unkillable{0};
  DurationHistogram spawn;
  DurationHistogram total;
};

}  // namespace escher
