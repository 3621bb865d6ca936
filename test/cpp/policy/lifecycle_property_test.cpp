// What has to hold however the world behaves: random walks through the machine.

#include <gtest/gtest.h>

#include <random>

#include "lifecycle_words.hpp"

namespace escher {
namespace {

using enum Input;
using enum Action;

// A machine and a memory of what it said.
class Walk {
 public:
  explicit Walk(bool merged) : machine_(merged) {}

  void step(Input input) {
    SCOPED_TRACE(testing::Message() << machine_.phase() << " + " << input);
    const Phase before = machine_.phase();
    const EndCause cause_before = machine_.cause();
    const Actions actions = machine_.feed(input);

    EXPECT_GE(machine_.phase(), before) << "it went back";
    if (cause_before != EndCause::none) {
      EXPECT_EQ(machine_.cause(), cause_before) << "a later cause won";
    }
    if (before == Phase::finished) {
      EXPECT_TRUE(actions.empty()) << "it spoke after its end: " << actions;
    }
    check_process(actions);
    check_end(input, actions);
  }

  const Lifecycle& machine() const { return machine_; }

 private:
  void check_process(Actions actions) {
    EXPECT_EQ(actions.has(publish_started), actions.has(start_streams));
    if (actions.has(publish_started)) {
      EXPECT_FALSE(started_) << "it was started twice";
      EXPECT_FALSE(withdrawn_) << "it was started though it was withdrawn";
      started_ = true;
    }
    withdrawn_ = withdrawn_ || actions.has(withdraw);
    for (const Action action : {signal_soft, signal_hard, arm_grace, arm_kill, watch_tree, drain}) {
      EXPECT_TRUE(started_ || !actions.has(action)) << "there is no process for " << actions;
    }
    if (actions.has(signal_soft)) {
      EXPECT_FALSE(machine_.exited());
      EXPECT_TRUE(actions.has(arm_grace)) << "nothing would follow the soft signal";
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
        << "it finished while its process lived";
    EXPECT_TRUE(is_terminal(machine_.status(true)));
    EXPECT_TRUE(is_terminal(machine_.status(false)));
  }

  Lifecycle machine_;
  bool started_ = false;
  bool withdrawn_ = false;
  bool finished_ = false;
};

// What the world owes every execution in the end, whatever came before.
void see_through(Walk& walk) {
  if (walk.machine().phase() == Phase::queued) walk.step(launching);
  if (walk.machine().phase() == Phase::starting) walk.step(spawned);
  for (const Input input : {exited, grace_expired, kill_expired, drain_expired}) walk.step(input);
}

TEST(LifecycleProperty, HoldsOnEveryWalk) {
  for (unsigned seed = 1; seed <= 5000 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::size_t> any_input(0, kInputCount - 1);
    Walk walk(seed % 3 == 0);
    // Most walks begin with a launch; else few would get past it.
    if (seed % 8 != 0) walk.step(launching);
    if (seed % 4 != 0) walk.step(spawned);
    for (std::size_t steps = any_input(random) * 2; steps > 0; --steps) {
      walk.step(static_cast<Input>(any_input(random)));
    }
    see_through(walk);
    EXPECT_EQ(walk.machine().phase(), Phase::finished) << "it never ends";
  }
}

}  // namespace
}  // namespace escher
