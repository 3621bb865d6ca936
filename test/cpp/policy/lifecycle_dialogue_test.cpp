// Typical executions from start to end, as sequences of inputs and expected actions.

#include <gtest/gtest.h>

#include "policy/lifecycle_names.hpp"

namespace escher {
namespace {

using enum Input;
using enum Action;
using test::set_of;

class LifecycleDialogue : public testing::Test {
 protected:
  // Feeds the next input and expects its actions.
  void feed(Input input, std::initializer_list<Action> expected) {
    EXPECT_EQ(machine_.feed(input), set_of(expected)) << "on " << input;
  }
  void launches() {
    feed(launching, {});
    feed(spawned, {publish_started, start_streams});
  }
  void ends_as(Status status, EndCause cause, bool exited_with_zero = false) {
    EXPECT_EQ(machine_.phase(), Phase::finished);
    EXPECT_EQ(machine_.status(exited_with_zero), status);
    EXPECT_EQ(machine_.cause(), cause);
  }

  Lifecycle machine_;
};

TEST_F(LifecycleDialogue, CommandRunsAndCompletes) {
  EXPECT_EQ(machine_.status(false), Status::pending);
  feed(launching, {});
  EXPECT_EQ(machine_.status(false), Status::pending);
  feed(spawned, {publish_started, start_streams});
  EXPECT_EQ(machine_.status(false), Status::running);
  feed(stdout_ended, {});
  feed(stderr_ended, {});
  EXPECT_FALSE(machine_.exited());
  feed(exited, {finish});
  EXPECT_TRUE(machine_.exited());
  EXPECT_FALSE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, CommandFails) {
  launches();
  feed(exited, {drain});
  EXPECT_EQ(machine_.status(true), Status::running);
  feed(stderr_ended, {});
  feed(stdout_ended, {finish});
  ends_as(Status::failed, EndCause::none, false);
}

TEST_F(LifecycleDialogue, SecondCancelGoesOnToTheNextStep) {
  launches();
  feed(cancel_requested, {signal_soft, arm_grace});
  feed(cancel_requested, {next_step});
  feed(cancel_requested, {next_step});
  feed(grace_expired, {signal_hard, arm_kill});
  feed(cancel_requested, {});
}

TEST_F(LifecycleDialogue, FirstCancelAfterATimeoutIsNotASecondOne) {
  launches();
  feed(timeout_fired, {signal_soft, arm_grace});
  feed(cancel_requested, {});
  feed(cancel_requested, {next_step});
}

TEST_F(LifecycleDialogue, CancelDuringTheLaunchIsTheFirstOne) {
  feed(launching, {});
  feed(cancel_requested, {});
  feed(spawned, {publish_started, start_streams, signal_soft, arm_grace});
  feed(cancel_requested, {next_step});
}

TEST_F(LifecycleDialogue, DescendantKeepsThePipeOpen) {
  launches();
  feed(exited, {drain});
  feed(stdout_ended, {});
  feed(drain_expired, {close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, ProgramCannotBeExecuted) {
  feed(launching, {});
  feed(spawn_failed, {finish});
  ends_as(Status::failed, EndCause::spawn_failed);
  EXPECT_FALSE(machine_.exited());
}

TEST_F(LifecycleDialogue, CancelledInTheQueue) {
  feed(cancel_requested, {withdraw, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
  feed(launching, {});
  feed(spawned, {});
}

TEST_F(LifecycleDialogue, CancelledDuringTheLaunch) {
  feed(launching, {});
  feed(cancel_requested, {});
  EXPECT_TRUE(machine_.can_be_ended());
  feed(spawned, {publish_started, start_streams, signal_soft, arm_grace});
  feed(exited, {watch_tree});
  feed(tree_ended, {drain});
  feed(stdout_ended, {});
  feed(stderr_ended, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, CancelledLaunchThatFailsIsCancelled) {
  feed(launching, {});
  feed(cancel_requested, {});
  feed(spawn_failed, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, TimeoutAndTheTreeEnds) {
  launches();
  feed(timeout_fired, {signal_soft, arm_grace});
  feed(exited, {watch_tree});
  feed(stdout_ended, {});
  feed(stderr_ended, {});
  feed(tree_ended, {finish});
  // Even if the exit code is 0.
  ends_as(Status::timeout, EndCause::timeout, true);
}

TEST_F(LifecycleDialogue, TimeoutAndTheProcessIgnoresTheSignal) {
  launches();
  feed(idle_timeout_fired, {signal_soft, arm_grace});
  feed(grace_expired, {signal_hard, arm_kill});
  feed(stdout_ended, {});
  feed(stderr_ended, {});
  feed(exited, {watch_tree});
  feed(tree_ended, {finish});
  ends_as(Status::timeout, EndCause::idle_timeout);
}

TEST_F(LifecycleDialogue, ProcessEndsButADescendantIgnoresTheSignal) {
  launches();
  feed(cancel_requested, {signal_soft, arm_grace});
  feed(exited, {watch_tree});
  feed(grace_expired, {signal_hard, arm_kill, watch_tree});
  feed(tree_ended, {drain});
  feed(stdout_ended, {});
  feed(stderr_ended, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, DescendantThatSurvivesSigkillIsNotAwaited) {
  launches();
  feed(cancel_requested, {signal_soft, arm_grace});
  feed(grace_expired, {signal_hard, arm_kill});
  feed(exited, {watch_tree});
  feed(kill_expired, {drain});
  feed(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, ProcessThatSurvivesSigkillIsNotAwaited) {
  launches();
  feed(timeout_fired, {signal_soft, arm_grace});
  feed(grace_expired, {signal_hard, arm_kill});
  feed(kill_expired, {close_streams, finish});
  EXPECT_FALSE(machine_.exited());
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::timeout, EndCause::timeout);
}

TEST_F(LifecycleDialogue, OutputLimitStaysTheCauseAfterACancel) {
  launches();
  feed(output_limit_hit, {signal_soft, arm_grace});
  feed(cancel_requested, {});
  feed(timeout_fired, {});
  feed(exited, {watch_tree});
  feed(tree_ended, {drain});
  feed(stdout_ended, {});
  feed(stderr_ended, {finish});
  ends_as(Status::failed, EndCause::output_limit);
}

TEST_F(LifecycleDialogue, OutputLimitAfterExitCodeZeroIsAFailure) {
  launches();
  feed(exited, {drain});
  feed(output_limit_hit, {signal_hard, close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::failed, EndCause::output_limit, true);
}

TEST_F(LifecycleDialogue, CancelAfterTheExitShortensTheDrain) {
  launches();
  feed(exited, {drain});
  EXPECT_FALSE(machine_.can_be_ended());
  feed(cancel_requested, {signal_hard, close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, FailedStreamEndsTheCommand) {
  launches();
  feed(stream_failed, {signal_soft, arm_grace});
  feed(stdout_ended, {});
  feed(stderr_ended, {});
  feed(exited, {watch_tree});
  feed(tree_ended, {finish});
  ends_as(Status::failed, EndCause::stream_failed);
}

TEST_F(LifecycleDialogue, EngineShutsDownDuringACancel) {
  launches();
  feed(cancel_requested, {signal_soft, arm_grace});
  feed(shutdown_requested, {arm_grace});
  feed(grace_expired, {signal_hard, arm_kill});
  feed(exited, {watch_tree});
  feed(tree_ended, {drain});
  feed(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, HostExitsWithoutAGracePeriod) {
  launches();
  feed(kill_requested, {signal_hard, arm_kill});
  feed(exited, {watch_tree});
  feed(tree_ended, {drain});
  feed(kill_requested, {signal_hard, close_streams, finish});
  ends_as(Status::cancelled, EndCause::shutdown);
}

TEST_F(LifecycleDialogue, HostExitsDuringTheLaunch) {
  feed(launching, {});
  feed(shutdown_requested, {});
  feed(kill_requested, {});
  feed(spawned, {publish_started, start_streams, signal_hard, arm_kill});
  feed(exited, {watch_tree});
  feed(tree_ended, {drain});
  feed(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::shutdown);
}

TEST_F(LifecycleDialogue, FinishedIgnoresEveryInput) {
  launches();
  feed(stdout_ended, {});
  feed(stderr_ended, {});
  feed(exited, {finish});
  for (std::size_t i = 0; i < kInputCount; ++i) feed(static_cast<Input>(i), {});
  ends_as(Status::completed, EndCause::none, true);
  EXPECT_FALSE(machine_.output_cut());
}

}  // namespace
}  // namespace escher
