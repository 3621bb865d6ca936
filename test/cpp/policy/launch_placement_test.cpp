#include "policy/launch_placement.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

namespace escher {
namespace {

using Cpu = LaunchPlacement::Cpu;
using std::chrono::microseconds;

constexpr std::size_t kAlone = 1;
constexpr int kLaunches = 640;

struct Machine {
  microseconds any;
  microseconds of_launcher;
};
constexpr Machine kIdle{microseconds(150), microseconds(300)};
constexpr Machine kBusy{microseconds(2000), microseconds(400)};

// How many of the launches begin on the CPU of the launcher.
int of_launcher(LaunchPlacement& placement, const Machine& machine, std::size_t running = kAlone) {
  int count = 0;
  for (int i = 0; i < kLaunches; ++i) {
    const Cpu cpu = placement.next(running);
    placement.took(cpu, running, cpu == Cpu::any ? machine.any : machine.of_launcher);
    if (cpu == Cpu::of_launcher) ++count;
  }
  return count;
}

TEST(LaunchPlacement, BeginsWhereTheSchedulerPutsIt) {
  LaunchPlacement placement;
  EXPECT_EQ(placement.next(kAlone), Cpu::any);
}

TEST(LaunchPlacement, TriesTheOtherOneNowAndThenOnAnIdleMachine) {
  LaunchPlacement placement;
  EXPECT_EQ(of_launcher(placement, kIdle), kLaunches / 32);
}

TEST(LaunchPlacement, StaysOnTheCpuOfTheLauncherWhileTheOthersCompute) {
  LaunchPlacement placement;
  EXPECT_GE(of_launcher(placement, kBusy), kLaunches * 9 / 10);
}

TEST(LaunchPlacement, FollowsTheMachine) {
  LaunchPlacement placement;
  of_launcher(placement, kBusy);
  // One trial after the other lowers the mean of the scheduler's choice.
  of_launcher(placement, kIdle);
  of_launcher(placement, kIdle);
  EXPECT_EQ(of_launcher(placement, kIdle), kLaunches / 32);
  of_launcher(placement, kBusy);
  EXPECT_GE(of_launcher(placement, kBusy), kLaunches * 9 / 10);
}

// With many at a time a launch takes longer everywhere.
TEST(LaunchPlacement, MeasuresWithFewAtATime) {
  LaunchPlacement placement;
  of_launcher(placement, kIdle);
  of_launcher(placement, kBusy, 4);
  EXPECT_EQ(of_launcher(placement, kIdle), kLaunches / 32);
}

// Others use the CPU of the launcher then.
TEST(LaunchPlacement, LeavesItToTheSchedulerWithManyAtATime) {
  LaunchPlacement placement;
  of_launcher(placement, kBusy);
  EXPECT_EQ(of_launcher(placement, kBusy, 4), 0);
}

TEST(LaunchPlacement, OneSlowFileSystemDecidesNothing) {
  LaunchPlacement placement;
  of_launcher(placement, kIdle);
  placement.took(Cpu::any, kAlone, std::chrono::seconds(60));
  // Back at once by the next launches there, and not after a thousand of them.
  EXPECT_LE(of_launcher(placement, kIdle), kLaunches / 2);
  EXPECT_EQ(of_launcher(placement, kIdle), kLaunches / 32);
}

}  // namespace
}  // namespace escher
