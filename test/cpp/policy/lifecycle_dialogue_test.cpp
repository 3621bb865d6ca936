// Lives of executions, told from beginning to end.

#include <gtest/gtest.h>

#include "lifecycle_words.hpp"

namespace escher {
namespace {

using enum Input;
using enum Action;
using test::set_of;

class LifecycleDialogue : public testing::Test {
 protected:
  // The next thing that happens, and what is to be done about it.
  void hears(Input input, std::initializer_list<Action> expected) {
    EXPECT_EQ(machine_.feed(input), set_of(expected)) << "on " << input;
  }
  void launches() {
    hears(launching, {});
    hears(spawned, {publish_started, start_streams});
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
  hears(launching, {});
  EXPECT_EQ(machine_.status(false), Status::pending);
  hears(spawned, {publish_started, start_streams});
  EXPECT_EQ(machine_.status(false), Status::running);
  hears(stdout_ended, {});
  hears(stderr_ended, {});
  EXPECT_FALSE(machine_.exited());
  hears(exited, {finish});
  EXPECT_TRUE(machine_.exited());
  EXPECT_FALSE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, CommandFails) {
  launches();
  hears(exited, {drain});
  EXPECT_EQ(machine_.status(true), Status::running);
  hears(stderr_ended, {});
  hears(stdout_ended, {finish});
  ends_as(Status::failed, EndCause::none, false);
}

TEST_F(LifecycleDialogue, DescendantHoldsThePipeOpen) {
  launches();
  hears(exited, {drain});
  hears(stdout_ended, {});
  hears(drain_expired, {close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, ProgramCannotBeExecuted) {
  hears(launching, {});
  hears(spawn_failed, {finish});
  ends_as(Status::failed, EndCause::spawn_failed);
  EXPECT_FALSE(machine_.exited());
}

TEST_F(LifecycleDialogue, CancelledWhileItWaits) {
  hears(cancel_requested, {withdraw, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
  hears(launching, {});
  hears(spawned, {});
}

TEST_F(LifecycleDialogue, CancelledWhileTheSpawnThreadHasIt) {
  hears(launching, {});
  hears(cancel_requested, {});
  EXPECT_TRUE(machine_.can_be_ended());
  hears(spawned, {publish_started, start_streams, signal_soft, arm_grace});
  hears(exited, {watch_tree});
  hears(tree_ended, {drain});
  hears(stdout_ended, {});
  hears(stderr_ended, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, CancelledLaunchThatFailsIsCancelled) {
  hears(launching, {});
  hears(cancel_requested, {});
  hears(spawn_failed, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, TimeoutAndTheTreeObeys) {
  launches();
  hears(timeout_fired, {signal_soft, arm_grace});
  hears(exited, {watch_tree});
  hears(stdout_ended, {});
  hears(stderr_ended, {});
  hears(tree_ended, {finish});
  // It may have ended with 0 in the end; it was late.
  ends_as(Status::timeout, EndCause::timeout, true);
}

TEST_F(LifecycleDialogue, TimeoutAndTheProcessDoesNotObey) {
  launches();
  hears(idle_timeout_fired, {signal_soft, arm_grace});
  hears(grace_expired, {signal_hard, arm_kill});
  hears(stdout_ended, {});
  hears(stderr_ended, {});
  hears(exited, {watch_tree});
  hears(tree_ended, {finish});
  ends_as(Status::timeout, EndCause::idle_timeout);
}

TEST_F(LifecycleDialogue, ProcessObeysButItsDescendantsDoNot) {
  launches();
  hears(cancel_requested, {signal_soft, arm_grace});
  hears(exited, {watch_tree});
  hears(grace_expired, {signal_hard, arm_kill, watch_tree});
  hears(tree_ended, {drain});
  hears(stdout_ended, {});
  hears(stderr_ended, {finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, ADescendantThatCannotBeKilledIsNotWaitedForLong) {
  launches();
  hears(cancel_requested, {signal_soft, arm_grace});
  hears(grace_expired, {signal_hard, arm_kill});
  hears(exited, {watch_tree});
  hears(kill_expired, {drain});
  hears(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, AProcessThatCannotBeKilledIsLeftBehind) {
  launches();
  hears(timeout_fired, {signal_soft, arm_grace});
  hears(grace_expired, {signal_hard, arm_kill});
  hears(kill_expired, {close_streams, finish});
  EXPECT_FALSE(machine_.exited());
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::timeout, EndCause::timeout);
}

TEST_F(LifecycleDialogue, TooMuchOutputIsTheCauseThoughTheUserCancelsToo) {
  launches();
  hears(output_limit_hit, {signal_soft, arm_grace});
  hears(cancel_requested, {});
  hears(timeout_fired, {});
  hears(exited, {watch_tree});
  hears(tree_ended, {drain});
  hears(stdout_ended, {});
  hears(stderr_ended, {finish});
  ends_as(Status::failed, EndCause::output_limit);
}

TEST_F(LifecycleDialogue, TooMuchOutputFoundAfterAGoodExitIsAFailure) {
  launches();
  hears(exited, {drain});
  hears(output_limit_hit, {signal_hard, close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::failed, EndCause::output_limit, true);
}

TEST_F(LifecycleDialogue, CancelAfterTheExitOnlyCutsTheWait) {
  launches();
  hears(exited, {drain});
  EXPECT_FALSE(machine_.can_be_ended());
  hears(cancel_requested, {signal_hard, close_streams, finish});
  EXPECT_TRUE(machine_.output_cut());
  ends_as(Status::completed, EndCause::none, true);
}

TEST_F(LifecycleDialogue, BrokenPipeEndsTheCommand) {
  launches();
  hears(stream_failed, {signal_soft, arm_grace});
  hears(stdout_ended, {});
  hears(stderr_ended, {});
  hears(exited, {watch_tree});
  hears(tree_ended, {finish});
  ends_as(Status::failed, EndCause::stream_failed);
}

TEST_F(LifecycleDialogue, EngineClosesWhileACancelIsUnderWay) {
  launches();
  hears(cancel_requested, {signal_soft, arm_grace});
  hears(shutdown_requested, {arm_grace});
  hears(grace_expired, {signal_hard, arm_kill});
  hears(exited, {watch_tree});
  hears(tree_ended, {drain});
  hears(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::cancelled);
}

TEST_F(LifecycleDialogue, HostEndsAndNobodyGetsGrace) {
  launches();
  hears(kill_requested, {signal_hard, arm_kill});
  hears(exited, {watch_tree});
  hears(tree_ended, {drain});
  hears(kill_requested, {signal_hard, close_streams, finish});
  ends_as(Status::cancelled, EndCause::shutdown);
}

TEST_F(LifecycleDialogue, HostEndsWhileTheSpawnThreadHasIt) {
  hears(launching, {});
  hears(shutdown_requested, {});
  hears(kill_requested, {});
  hears(spawned, {publish_started, start_streams, signal_hard, arm_kill});
  hears(exited, {watch_tree});
  hears(tree_ended, {drain});
  hears(drain_expired, {close_streams, finish});
  ends_as(Status::cancelled, EndCause::shutdown);
}

TEST_F(LifecycleDialogue, NothingHappensAfterTheEnd) {
  launches();
  hears(stdout_ended, {});
  hears(stderr_ended, {});
  hears(exited, {finish});
  for (std::size_t i = 0; i < kInputCount; ++i) hears(static_cast<Input>(i), {});
  ends_as(Status::completed, EndCause::none, true);
  EXPECT_FALSE(machine_.output_cut());
}

}  // namespace
}  // namespace escher
