// Invariants of the lifecycle on random walks through the machine.

#include <gtest/gtest.h>

#include <random>

#include "policy/lifecycle_names.hpp"

namespace escher {
namespace {

using enum Input;
using enum Action;

// A machine, and what is known from its earlier actions.
class Walk {
 public:
  explicit Walk(bool merged) : machine_(merged) {}

  void step(Input input) {
    SCOPED_TRACE(testing::Message() << machine_.phase() << " + " << input);
    const Phase before = machine_.phase();
    const EndCause cause_before = machine_.cause();
    const Actions actions = machine_.feed(input);

    EXPECT_GE(machine_.phase(), before) << "the phase went back";
    if (cause_before != EndCause::none) {
      EXPECT_EQ(machine_.cause(), cause_before) << "a later cause replaced the first";
    }
    if (before == Phase::finished) {
      EXPECT_TRUE(actions.empty()) << "actions after the end: " << actions;
    }
    check_process(actions);
    check_end(input, actions);
  }

  const Lifecycle& machine() const { return machine_; }

 private:
  void check_process(Actions actions) {
    EXPECT_EQ(actions.has(publish_started), actions.has(start_streams));
    if (actions.has(publish_started)) {
      EXPECT_FALSE(started_) << "started twice";
      EXPECT_FALSE(withdrawn_) << "started after it was withdrawn";
      started_ = true;
    }
    withdrawn_ = withdrawn_ || actions.has(withdraw);
    for (const Action action :
         {signal_soft, next_step, signal_hard, arm_grace, arm_kill, watch_tree, drain}) {
      EXPECT_TRUE(started_ || !actions.has(action)) << "there is no process for " << actions;
    }
    if (actions.has(signal_soft)) {
      EXPECT_FALSE(machine_.exited());
      EXPECT_TRUE(actions.has(arm_grace)) << "no grace period after the soft signal";
    }
    EXPECT_EQ(actions.has(arm_kill), actions.has(signal_hard) && !actions.has(finish));
    if (actions.has(drain) || actions.has(watch_tree)) {
      EXPECT_TRUE(machine_.exited());
    }
  }

  void check_end(Input input, Actions actions) {
    EXPECT_EQ(actions.has(finish), machine_.phase() == Phase::finished && !finished_);
    EXPECT_EQ(actions.has(close_streams), actions.has(finish) && machine_.output_cut());
    if (!actions.has(finish)) return;
    finished_ = true;
    EXPECT_TRUE(!started_ || machine_.exited() || input == kill_expired)
        << "finished while the process lived";
    EXPECT_TRUE(is_terminal(machine_.status(true)));
    EXPECT_TRUE(is_terminal(machine_.status(false)));
  }

  Lifecycle machine_;
  bool started_ = false;
  bool withdrawn_ = false;
  bool finished_ = false;
};

// The inputs that end every execution, whatever came before.
void see_through(Walk& walk) {
  if (walk.machine().phase() == Phase::queued) walk.step(launching);
  if (walk.machine().phase() == Phase::starting) walk.step(spawned);
  for (const Input input : {exited, grace_expired, kill_expired, drain_expired}) walk.step(input);
}

TEST(LifecycleProperty, InvariantsHoldOnEveryWalk) {
  for (unsigned seed = 1; seed <= 5000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::size_t> any_input(0, kInputCount - 1);
    Walk walk(seed % 3 == 0);
    // Most walks start with a launch, because few would reach it otherwise.
    if (seed % 8 != 0) walk.step(launching);
    if (seed % 4 != 0) walk.step(spawned);
    for (std::size_t steps = any_input(random) * 2; steps > 0; --steps) {
      walk.step(static_cast<Input>(any_input(random)));
    }
    see_through(walk);
    EXPECT_EQ(walk.machine().phase(), Phase::finished) << "the execution never finishes";
  }
}

}  // namespace
}  // namespace escher
