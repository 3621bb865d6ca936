// The steps with which a command is stopped.
#include <csignal>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

using EngineStop = EngineTest;

// Waits for the signals; none ends it.
ExecutionRequest stubborn() {
  return shell("trap '' TERM; trap 'echo int' INT; echo ready; while :; do sleep 0.01; done");
}

TEST_F(EngineStop, SendsTheSignalsOfTheStepsThenSigkill) {
  start();
  auto request = stubborn();
  request.stop = StopSteps{{SIGINT, StopStep::To::leader, Millis(20)},
                           {SIGTERM, StopStep::To::tree, Millis(20)}};
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  ASSERT_TRUE(cancel(job).value());
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.signal, SIGKILL);
  EXPECT_EQ(result->termination->signals, (std::vector<int>{SIGINT, SIGTERM, SIGKILL}));
}

TEST_F(EngineStop, SecondCancelGoesOnAtOnce) {
  config.stop = StopSteps{{SIGINT, StopStep::To::leader, Millis(60'000)},
                          {SIGTERM, StopStep::To::tree, Millis(60'000)}};
  start();
  const auto job = submit(stubborn());
  wait_output(job, "ready");
  ASSERT_TRUE(cancel(job).value());
  wait_output(job, "int");
  EXPECT_TRUE(cancel(job).value());
  EXPECT_TRUE(cancel(job).value());
  EXPECT_EQ(wait_finished(job)->termination->signals, (std::vector<int>{SIGINT, SIGTERM, SIGKILL}));
}

// As terraform: SIGINT to the leader lets it finish in peace, while its helper goes on.
TEST_F(EngineStop, LeaderStepLetsTheHelpersOfTheLeaderWork) {
  start();
  auto request = shell(
      "sh -c 'trap \"exit 1\" TERM; while [ ! -e /proc/$PPID/none ]; do sleep 0.01; done' & "
      "trap 'echo saved; kill $!; exit 7' INT; echo ready; while :; do sleep 0.01; done");
  request.stop = StopSteps{{SIGINT, StopStep::To::leader, Millis(60'000)}};
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  ASSERT_TRUE(cancel(job).value());
  const auto result = wait_finished(job);
  EXPECT_EQ(result->exit.code, 7);
  EXPECT_EQ(kept(job), "ready\nsaved\n");
  EXPECT_EQ(result->termination->signals, std::vector<int>{SIGINT});
}

TEST_F(EngineStop, ShutdownLimitsTheSumOfTheWaits) {
  start();
  auto request = stubborn();
  request.stop = StopSteps(8, {SIGTERM, StopStep::To::tree, Millis(60'000)});
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  ASSERT_TRUE(shut_down(Millis(20)).has_value());
  EXPECT_EQ(wait_finished(job)->termination->signals, (std::vector<int>{SIGTERM, SIGKILL}));
}

}  // namespace
}  // namespace escher::test
