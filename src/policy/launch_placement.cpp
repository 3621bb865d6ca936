#include "policy/launch_placement.hpp"

#include <algorithm>
#include <chrono>

namespace escher {
namespace {

using Seconds = std::chrono::duration<double>;

// With more of them the CPU of the launching thread is not free. Measured with 1 and 4 at a time.
constexpr std::size_t kFew = 3;
constexpr unsigned kLaunchesPerTrial = 32;
constexpr unsigned kFirstTrial = 4;
constexpr double kWeightOfNew = 1.0 / 8;
// A slow file system delays both alike. One such launch must not decide for the next hundred.
constexpr Seconds kLongest{0.008};

}  // namespace

LaunchPlacement::Cpu LaunchPlacement::better() const {
  const auto& [any, of_launcher] = mean_seconds_;
  return any && of_launcher && 2 * *of_launcher < *any ? Cpu::of_launcher : Cpu::any;
}

LaunchPlacement::Cpu LaunchPlacement::next(std::size_t running) {
  if (running > kFew) return Cpu::any;
  const bool is_trial = ++choices_ % kLaunchesPerTrial == kFirstTrial;
  const Cpu cpu = better();
  if (!is_trial) return cpu;
  return cpu == Cpu::any ? Cpu::of_launcher : Cpu::any;
}

void LaunchPlacement::took(Cpu cpu, std::size_t running, SteadyClock::duration duration) {
  if (running > kFew) return;
  auto& mean = mean_seconds_[static_cast<std::size_t>(cpu)];
  const double seconds = std::min(Seconds(duration), kLongest).count();
  mean = mean ? *mean + (seconds - *mean) * kWeightOfNew : seconds;
}

}  // namespace escher
