// Where a child begins: on a CPU that the scheduler chooses, or on that of the thread that launches
// it. Pure; owned by the dispatcher, on the spawn thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/time.hpp"

namespace escher {

// The launching thread sleeps until the child calls execve, so it leaves a CPU free. The scheduler
// does not know that yet, and may put the child on another CPU. On an idle machine that is right.
// If the other CPUs compute, the child waits there for the time slice of their work, some
// milliseconds, while the CPU of the launching thread is idle. Which of the two it is shows in how
// long launches take. With more executions at a time other threads use that CPU, and the child had
// to wait there.
class LaunchPlacement {
 public:
  enum class Cpu : std::uint8_t { any, of_launcher };

  // `running`: the executions that run, with the one to be launched.
  // For the next launch: the better one; from time to time the other one, to measure it.
  Cpu next(std::size_t running);
  // How long a launch there took.
  void took(Cpu cpu, std::size_t running, SteadyClock::duration duration);

 private:
  // `of_launcher` if it takes less than half the time: single durations differ by as much.
  Cpu better() const;

  // Weighted towards the last ones; nothing before the first one.
  std::array<std::optional<double>, 2> mean_seconds_;
  unsigned choices_ = 0;
};

}  // namespace escher
