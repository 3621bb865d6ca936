#include "execution/execution_termination.hpp"

#include <unistd.h>

#include <csignal>

#include "process/process_table.hpp"
#include "support/tree_rig.hpp"

namespace escher::test {
namespace {

class ExecutionTerminationTest : public TreeRig {
 protected:
  // The lifecycle machine of a running execution; the test performs its actions.
  void launch_running(std::vector<std::string> arguments, Millis grace = kForever) {
    launch_running(std::move(arguments), {{SIGTERM, StopStep::To::tree, grace}});
  }
  void launch_running(std::vector<std::string> arguments, StopSteps steps) {
    first_line = launch_tree(std::move(arguments));
    lifecycle.feed(Input::launching);
    lifecycle.feed(Input::spawned);
    owner.on_feed = [this](Input input) { lifecycle.feed(input); };
    termination.emplace(owner, lifecycle, tree, std::move(steps));
    on_strand([&] { tree.wait_exit(); });
  }
  void end_softly() {
    on_strand([&] {
      lifecycle.feed(Input::cancel_requested);
      termination->signal_soft();
      termination->arm_grace();
    });
  }
  void go_on() {
    on_strand([&] { termination->next_step(); });
  }
  std::vector<int> signals() const {
    const auto report = termination->report({});
    return report ? report->signals : std::vector<int>();
  }
  void end_hard() {
    on_strand([&] {
      lifecycle.feed(Input::kill_requested);
      termination->signal_hard();
      termination->arm_kill();
    });
  }
  void TearDown() override {
    if (termination) on_strand([&] { termination->stop_waiting(); });
    owner.on_feed = nullptr;
    TreeRig::TearDown();
  }

  std::string first_line;
  Lifecycle lifecycle{true};
  std::optional<ExecutionTermination> termination;
};

TEST_F(ExecutionTerminationTest, SendsTheKillSignalAfterAScanOfTheTree) {
  launch_running({"sleep"});
  end_softly();
  run_until_fed(Input::exited);
  EXPECT_TRUE(termination->has_signalled());
  const auto report = termination->report({});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reason, TerminationReason::cancel);
  EXPECT_EQ(report->signals, std::vector<int>{SIGTERM});
  EXPECT_TRUE(report->survivors.empty());
}

TEST_F(ExecutionTerminationTest, SendsNoOtherSignalAfterASigkillOfTheCaller) {
  launch_running({"ignore-term"});
  on_strand([&] {
    tree.send(SIGKILL);
    lifecycle.feed(Input::cancel_requested);
    termination->signal_soft();
    termination->arm_grace();
  });
  run_until("the look", [&] { return termination->has_signalled(); });
  EXPECT_EQ(termination->report({})->signals, std::vector<int>{SIGKILL});
}

TEST_F(ExecutionTerminationTest, ReportsNoSignalToAZombie) {
  first_line = launch_shell("echo line");
  lifecycle.feed(Input::launching);
  lifecycle.feed(Input::spawned);
  termination.emplace(owner, lifecycle, tree, StopSteps{{SIGTERM, StopStep::To::tree, kForever}});
  look_until("the end", [&] { return state_of(tree.pid()) == 'Z'; });
  end_softly();
  run_until("the look", [&] { return termination->has_signalled(); });
  EXPECT_EQ(termination->report({})->signals, std::vector<int>{});
}

TEST_F(ExecutionTerminationTest, FeedsTheEndOfTheTreeAfterTheExit) {
  launch_running({"sleep"});
  end_softly();
  run_until_fed(Input::exited);
  EXPECT_FALSE(owner.was_fed(Input::tree_ended));
  on_strand([&] { termination->watch_tree(); });
  run_until_fed(Input::tree_ended);
}

TEST_F(ExecutionTerminationTest, WaitsForADescendantThatIgnoresTheSignal) {
  launch_running({"stubborn-member"});
  const ProcessWatch member(std::stoi(first_line));
  end_softly();
  run_until_fed(Input::exited);
  on_strand([&] { termination->watch_tree(); });
  run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(owner.was_fed(Input::tree_ended));
  member.signal(SIGKILL);
  run_until_fed(Input::tree_ended);
}

TEST_F(ExecutionTerminationTest, FeedsTheEndOfTheGracePeriod) {
  launch_running({"ignore-term"}, Millis(20));
  end_softly();
  run_until_fed(Input::grace_expired);
  EXPECT_FALSE(owner.was_fed(Input::exited));
}

TEST_F(ExecutionTerminationTest, ShortensARunningGracePeriod) {
  launch_running({"ignore-term"});
  end_softly();
  run_until("the signal", [&] { return termination->has_signalled(); });
  on_strand([&] {
    termination->shorten_grace(Millis(1));
    termination->arm_grace();
  });
  run_until_fed(Input::grace_expired);
}

TEST_F(ExecutionTerminationTest, KillsWithoutAGracePeriod) {
  launch_running({"ignore-term"});
  end_hard();
  run_until_fed(Input::exited);
  EXPECT_EQ(termination->report({})->signals, std::vector<int>{SIGKILL});
}

TEST_F(ExecutionTerminationTest, FeedsTheEndOfTheTimeForSigkill) {
  launch_running({"sleep"});
  on_strand([&] { termination->arm_kill(); });
  run_until_fed(Input::kill_expired);
}

TEST_F(ExecutionTerminationTest, FeedsNoEndOfTheGracePeriodAfterTheStop) {
  launch_running({"ignore-term"}, Millis(5));
  end_softly();
  run_until("the signal", [&] { return termination->has_signalled(); });
  on_strand([&] { termination->stop_waiting(); });
  run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(owner.was_fed(Input::grace_expired));
}

TEST_F(ExecutionTerminationTest, GoesThroughItsSteps) {
  launch_running({"ignore-term"}, {{SIGTERM, StopStep::To::tree, Millis(10)},
                                   {SIGCONT, StopStep::To::leader, Millis(10)},
                                   {SIGTERM, StopStep::To::tree, Millis(10)}});
  end_softly();
  run_until_fed(Input::grace_expired);
  EXPECT_EQ(signals(), (std::vector<int>{SIGTERM, SIGCONT, SIGTERM}));
}

TEST_F(ExecutionTerminationTest, SignalsADescendantOutsideOfTheGroupInEachStep) {
  const auto script =
      "trap '' INT; setsid sh -c 'trap \"\" INT; trap \"echo term; exit\" TERM; echo $$; "
      "while :; do sleep 0.01; done'";
  first_line = launch_shell(script);
  const ProcessWatch descendant(std::stoi(first_line));
  lifecycle.feed(Input::launching);
  lifecycle.feed(Input::spawned);
  owner.on_feed = [this](Input input) { lifecycle.feed(input); };
  termination.emplace(
      owner, lifecycle, tree,
      StopSteps{{SIGINT, StopStep::To::tree, kForever}, {SIGTERM, StopStep::To::tree, kForever}});
  end_softly();
  run_until("the first step", [&] { return termination->has_signalled(); });
  EXPECT_TRUE(descendant.lives());
  go_on();
  run_until("the second step", [&] { return signals().size() == 2; });
  descendant.wait_gone();
}

TEST_F(ExecutionTerminationTest, SignalsTheLeaderAlone) {
  launch_running({"obedient-tree"}, {{SIGTERM, StopStep::To::leader, kForever}});
  const ProcessWatch member(std::stoi(first_line));
  end_softly();
  run_until_fed(Input::exited);
  EXPECT_EQ(signals(), std::vector<int>{SIGTERM});
  EXPECT_TRUE(member.lives());
  member.signal(SIGKILL);
}

TEST_F(ExecutionTerminationTest, SkipsAStepForALeaderThatHasExited) {
  launch_running({"stubborn-member"}, {{SIGTERM, StopStep::To::tree, kForever},
                                       {SIGINT, StopStep::To::leader, kForever}});
  const ProcessWatch member(std::stoi(first_line));
  end_softly();
  run_until_fed(Input::exited);
  go_on();
  run_until_fed(Input::grace_expired);
  EXPECT_EQ(signals(), std::vector<int>{SIGTERM});
  member.signal(SIGKILL);
}

// A second cancel right after the first one comes before the look at the tree.
TEST_F(ExecutionTerminationTest, SendsTheSignalOfAStepBeforeItGoesOn) {
  launch_running({"ignore-term"}, {{SIGTERM, StopStep::To::tree, kForever},
                                   {SIGCONT, StopStep::To::tree, kForever}});
  on_strand([&] {
    lifecycle.feed(Input::cancel_requested);
    termination->signal_soft();
    termination->arm_grace();
    termination->next_step();
  });
  run_until("both signals", [&] { return signals().size() == 2; });
  go_on();
  EXPECT_TRUE(owner.was_fed(Input::grace_expired));
  EXPECT_EQ(signals(), (std::vector<int>{SIGTERM, SIGCONT}));
}

TEST_F(ExecutionTerminationTest, LimitsTheSumOfTheWaits) {
  launch_running({"ignore-term"}, {{SIGTERM, StopStep::To::tree, Millis(1)},
                                   {SIGCONT, StopStep::To::tree, kForever},
                                   {SIGTERM, StopStep::To::tree, kForever}});
  on_strand([&] { termination->shorten_grace(Millis(2000)); });
  end_softly();
  run_until_fed(Input::grace_expired);
  // The time is over in the second step, so there is none for the third one.
  EXPECT_EQ(signals(), (std::vector<int>{SIGTERM, SIGCONT}));
}

// A process that forks and exits has been replaced by another one, whose number is not known.
TEST_F(ExecutionTerminationTest, ReportsAProcessThatWasStartedAfterTheKill) {
  launch_running({"ignore-term"});
  end_hard();
  run_until_fed(Input::exited);
  const TreeMember before{::getpid(), own_start_time() + 1};
  const TreeMember after{::getpid(), current_tick() + 1};
  EXPECT_TRUE(termination->report({before})->survivors.empty());
  EXPECT_EQ(termination->report({after})->survivors, std::vector<int>{::getpid()});
}

TEST_F(ExecutionTerminationTest, ReportsSurvivors) {
  launch_running({"ignore-term"});
  EXPECT_FALSE(termination->report({}));
  end_softly();
  run_until("the signal", [&] { return termination->has_signalled(); });
  // A process that holds a pipe, and one that has exited.
  const TreeMember holder{::getpid(), own_start_time()};
  const TreeMember gone{::getpid(), own_start_time() + 1};
  EXPECT_EQ(termination->report({holder, gone})->survivors,
            (std::vector<int>{tree.pid(), ::getpid()}));
}

}  // namespace
}  // namespace escher::test
