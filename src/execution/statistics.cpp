#include "execution/statistics.hpp"

#include <algorithm>
#include <bit>

namespace escher {

std::size_t DurationHistogram::bucket_of(std::uint64_t micros) {
  // Below kSteps every value has its own bucket; above, the top bits select the bucket.
  if (micros < kSteps) return static_cast<std::size_t>(micros);
  const int power = static_cast<int>(std::bit_width(micros)) -
                    static_cast<int>(std::bit_width(static_cast<unsigned>(kSteps)));
  const auto step = static_cast<std::size_t>((micros >> power) & (kSteps - 1));
  const auto bucket = static_cast<std::size_t>(power + 1) * kSteps + step;
  return std::min<std::size_t>(bucket, kSteps * kPowers - 1);
}

double DurationHistogram::middle_of(std::size_t bucket) {
  if (bucket < kSteps) return static_cast<double>(bucket);
  const auto power = static_cast<int>(bucket / kSteps) - 1;
  const auto step = static_cast<double>(bucket % kSteps);
  return (kSteps + step + 0.5) * static_cast<double>(std::uint64_t{1} << power);
}

void DurationHistogram::add(SteadyClock::duration duration) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  const auto bucket = bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(micros, 0)));
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
}

Millis DurationHistogram::percentile(double fraction) const {
  std::array<std::uint64_t, kSteps * kPowers> counts;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
    total += counts[i];
  }
  if (total == 0) return Millis(0);
  const auto rank = static_cast<std::uint64_t>(fraction * static_cast<double>(total - 1));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen > rank) return Millis(middle_of(i) / 1e3);
  }
  return Millis(0);
}

}  // namespace escher
