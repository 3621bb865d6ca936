// The actions and the next phase for every phase and input, as a table.

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "policy/lifecycle_names.hpp"

namespace escher {
namespace {

using enum Input;
using enum Action;
using P = Phase;
using C = EndCause;

struct Row {
  Input input;
  std::vector<Action> actions;
  Phase phase;
  EndCause cause;
};

struct State {
  const char* name;
  std::vector<Input> path;
  std::vector<Row> rows;
};

// clang-format off
const std::vector<State> kPhases{
    {"queued",
     {},
     {
         {launching, {}, P::starting, C::none},
         {spawned, {}, P::queued, C::none},
         {spawn_failed, {finish}, P::finished, C::spawn_failed},
         {timeout_fired, {}, P::queued, C::none},
         {idle_timeout_fired, {}, P::queued, C::none},
         {lease_expired, {}, P::queued, C::none},
         {cancel_requested, {withdraw, finish}, P::finished, C::cancelled},
         {shutdown_requested, {withdraw, finish}, P::finished, C::shutdown},
         {kill_requested, {withdraw, finish}, P::finished, C::shutdown},
         {output_limit_hit, {}, P::queued, C::none},
         {stdout_ended, {}, P::queued, C::none},
         {stderr_ended, {}, P::queued, C::none},
         {stream_failed, {}, P::queued, C::none},
         {exited, {}, P::queued, C::none},
         {tree_ended, {}, P::queued, C::none},
         {grace_expired, {}, P::queued, C::none},
         {kill_expired, {}, P::queued, C::none},
         {drain_expired, {}, P::queued, C::none},
         {signalled_early, {withdraw, finish}, P::finished, C::signalled},
     }},
    {"starting",
     {launching},
     {
         {launching, {}, P::starting, C::none},
         {spawned, {publish_started, start_streams}, P::running, C::none},
         {spawn_failed, {finish}, P::finished, C::spawn_failed},
         {timeout_fired, {}, P::starting, C::none},
         {idle_timeout_fired, {}, P::starting, C::none},
         {lease_expired, {}, P::starting, C::none},
         {cancel_requested, {}, P::starting, C::cancelled},
         {shutdown_requested, {}, P::starting, C::shutdown},
         {kill_requested, {}, P::starting, C::shutdown},
         {output_limit_hit, {}, P::starting, C::none},
         {stdout_ended, {}, P::starting, C::none},
         {stderr_ended, {}, P::starting, C::none},
         {stream_failed, {}, P::starting, C::none},
         {exited, {}, P::starting, C::none},
         {tree_ended, {}, P::starting, C::none},
         {grace_expired, {}, P::starting, C::none},
         {kill_expired, {}, P::starting, C::none},
         {drain_expired, {}, P::starting, C::none},
         {signalled_early, {}, P::starting, C::none},
     }},
    {"running",
     {launching, spawned},
     {
         {launching, {}, P::running, C::none},
         {spawned, {}, P::running, C::none},
         {spawn_failed, {}, P::running, C::none},
         {timeout_fired, {signal_soft, arm_grace}, P::terminating_soft, C::timeout},
         {idle_timeout_fired, {signal_soft, arm_grace}, P::terminating_soft, C::idle_timeout},
         {lease_expired, {signal_soft, arm_grace}, P::terminating_soft, C::lease},
         {cancel_requested, {signal_soft, arm_grace}, P::terminating_soft, C::cancelled},
         {shutdown_requested, {signal_soft, arm_grace}, P::terminating_soft, C::shutdown},
         {kill_requested, {signal_hard, arm_kill}, P::terminating_hard, C::shutdown},
         {output_limit_hit, {signal_soft, arm_grace}, P::terminating_soft, C::output_limit},
         {stdout_ended, {}, P::running, C::none},
         {stderr_ended, {}, P::running, C::none},
         {stream_failed, {signal_soft, arm_grace}, P::terminating_soft, C::stream_failed},
         {exited, {drain}, P::draining, C::none},
         {tree_ended, {}, P::running, C::none},
         {grace_expired, {}, P::running, C::none},
         {kill_expired, {}, P::running, C::none},
         {drain_expired, {}, P::running, C::none},
         {signalled_early, {}, P::running, C::none},
     }},
    {"terminating_soft",
     {launching, spawned, timeout_fired},
     {
         {launching, {}, P::terminating_soft, C::timeout},
         {spawned, {}, P::terminating_soft, C::timeout},
         {spawn_failed, {}, P::terminating_soft, C::timeout},
         {timeout_fired, {}, P::terminating_soft, C::timeout},
         {idle_timeout_fired, {}, P::terminating_soft, C::timeout},
         {lease_expired, {}, P::terminating_soft, C::timeout},
         {cancel_requested, {}, P::terminating_soft, C::timeout},
         {shutdown_requested, {arm_grace}, P::terminating_soft, C::timeout},
         {kill_requested, {signal_hard, arm_kill}, P::terminating_hard, C::timeout},
         {output_limit_hit, {}, P::terminating_soft, C::timeout},
         {stdout_ended, {}, P::terminating_soft, C::timeout},
         {stderr_ended, {}, P::terminating_soft, C::timeout},
         {stream_failed, {}, P::terminating_soft, C::timeout},
         {exited, {watch_tree}, P::terminating_soft, C::timeout},
         {tree_ended, {}, P::terminating_soft, C::timeout},
         {grace_expired, {signal_hard, arm_kill}, P::terminating_hard, C::timeout},
         {kill_expired, {}, P::terminating_soft, C::timeout},
         {drain_expired, {}, P::terminating_soft, C::timeout},
         {signalled_early, {}, P::terminating_soft, C::timeout},
     }},
    {"terminating_hard",
     {launching, spawned, timeout_fired, grace_expired},
     {
         {launching, {}, P::terminating_hard, C::timeout},
         {spawned, {}, P::terminating_hard, C::timeout},
         {spawn_failed, {}, P::terminating_hard, C::timeout},
         {timeout_fired, {}, P::terminating_hard, C::timeout},
         {idle_timeout_fired, {}, P::terminating_hard, C::timeout},
         {lease_expired, {}, P::terminating_hard, C::timeout},
         {cancel_requested, {}, P::terminating_hard, C::timeout},
         {shutdown_requested, {}, P::terminating_hard, C::timeout},
         {kill_requested, {}, P::terminating_hard, C::timeout},
         {output_limit_hit, {}, P::terminating_hard, C::timeout},
         {stdout_ended, {}, P::terminating_hard, C::timeout},
         {stderr_ended, {}, P::terminating_hard, C::timeout},
         {stream_failed, {}, P::terminating_hard, C::timeout},
         {exited, {watch_tree}, P::terminating_hard, C::timeout},
         {tree_ended, {}, P::terminating_hard, C::timeout},
         {grace_expired, {}, P::terminating_hard, C::timeout},
         {kill_expired, {close_streams, finish}, P::finished, C::timeout},
         {drain_expired, {}, P::terminating_hard, C::timeout},
         {signalled_early, {}, P::terminating_hard, C::timeout},
     }},
    {"draining",
     {launching, spawned, exited},
     {
         {launching, {}, P::draining, C::none},
         {spawned, {}, P::draining, C::none},
         {spawn_failed, {}, P::draining, C::none},
         {timeout_fired, {signal_hard, close_streams, finish}, P::finished, C::none},
         {idle_timeout_fired, {signal_hard, close_streams, finish}, P::finished, C::none},
         {lease_expired, {signal_hard, close_streams, finish}, P::finished, C::none},
         {cancel_requested, {signal_hard, close_streams, finish}, P::finished, C::none},
         {shutdown_requested, {signal_hard, close_streams, finish}, P::finished, C::none},
         {kill_requested, {signal_hard, close_streams, finish}, P::finished, C::none},
         {output_limit_hit, {signal_hard, close_streams, finish}, P::finished, C::output_limit},
         {stdout_ended, {}, P::draining, C::none},
         {stderr_ended, {}, P::draining, C::none},
         {stream_failed, {signal_hard, close_streams, finish}, P::finished, C::stream_failed},
         {exited, {}, P::draining, C::none},
         {tree_ended, {}, P::draining, C::none},
         {grace_expired, {}, P::draining, C::none},
         {kill_expired, {}, P::draining, C::none},
         {drain_expired, {close_streams, finish}, P::finished, C::none},
         {signalled_early, {}, P::draining, C::none},
     }},
    {"finished",
     {launching, spawned, exited, stdout_ended, stderr_ended},
     {
         {launching, {}, P::finished, C::none},
         {spawned, {}, P::finished, C::none},
         {spawn_failed, {}, P::finished, C::none},
         {timeout_fired, {}, P::finished, C::none},
         {idle_timeout_fired, {}, P::finished, C::none},
         {lease_expired, {}, P::finished, C::none},
         {cancel_requested, {}, P::finished, C::none},
         {shutdown_requested, {}, P::finished, C::none},
         {kill_requested, {}, P::finished, C::none},
         {output_limit_hit, {}, P::finished, C::none},
         {stdout_ended, {}, P::finished, C::none},
         {stderr_ended, {}, P::finished, C::none},
         {stream_failed, {}, P::finished, C::none},
         {exited, {}, P::finished, C::none},
         {tree_ended, {}, P::finished, C::none},
         {grace_expired, {}, P::finished, C::none},
         {kill_expired, {}, P::finished, C::none},
         {drain_expired, {}, P::finished, C::none},
         {signalled_early, {}, P::finished, C::none},
     }},
};

// Phases with additional state: only the inputs that depend on it.
const std::vector<State> kVariants{
    {"starting, cancelled",
     {launching, cancel_requested},
     {
         {spawned, {publish_started, start_streams, signal_soft, arm_grace}, P::terminating_soft, C::cancelled},
         {spawn_failed, {finish}, P::finished, C::cancelled},
         {shutdown_requested, {}, P::starting, C::cancelled},
         {kill_requested, {}, P::starting, C::cancelled},
     }},
    {"starting, killed",
     {launching, kill_requested},
     {
         {spawned, {publish_started, start_streams, signal_hard, arm_kill}, P::terminating_hard, C::shutdown},
         {spawn_failed, {finish}, P::finished, C::shutdown},
         {cancel_requested, {}, P::starting, C::shutdown},
     }},
    {"starting, cancelled, killed",
     {launching, cancel_requested, kill_requested},
     {
         {spawned, {publish_started, start_streams, signal_hard, arm_kill}, P::terminating_hard, C::cancelled},
     }},
    {"running, stdout ended",
     {launching, spawned, stdout_ended},
     {
         {stderr_ended, {}, P::running, C::none},
         {exited, {drain}, P::draining, C::none},
     }},
    {"running, both ended",
     {launching, spawned, stdout_ended, stderr_ended},
     {
         {cancel_requested, {signal_soft, arm_grace}, P::terminating_soft, C::cancelled},
         {exited, {finish}, P::finished, C::none},
     }},
    {"running, ends came early",
     {stdout_ended, launching, stderr_ended, spawned},
     {
         {exited, {finish}, P::finished, C::none},
     }},
    {"soft, exited",
     {launching, spawned, timeout_fired, exited},
     {
         {cancel_requested, {}, P::terminating_soft, C::timeout},
         {shutdown_requested, {arm_grace}, P::terminating_soft, C::timeout},
         {kill_requested, {signal_hard, arm_kill, watch_tree}, P::terminating_hard, C::timeout},
         {output_limit_hit, {}, P::terminating_soft, C::timeout},
         {stdout_ended, {}, P::terminating_soft, C::timeout},
         {exited, {}, P::terminating_soft, C::timeout},
         {tree_ended, {drain}, P::draining, C::timeout},
         {grace_expired, {signal_hard, arm_kill, watch_tree}, P::terminating_hard, C::timeout},
     }},
    {"soft, exited, both ended",
     {launching, spawned, timeout_fired, stdout_ended, exited, stderr_ended},
     {
         {kill_requested, {signal_hard, arm_kill, watch_tree}, P::terminating_hard, C::timeout},
         {tree_ended, {finish}, P::finished, C::timeout},
         {grace_expired, {signal_hard, arm_kill, watch_tree}, P::terminating_hard, C::timeout},
     }},
    {"hard, both ended",
     {launching, spawned, kill_requested, stdout_ended, stderr_ended},
     {
         {exited, {watch_tree}, P::terminating_hard, C::shutdown},
         {tree_ended, {}, P::terminating_hard, C::shutdown},
         {grace_expired, {}, P::terminating_hard, C::shutdown},
         {kill_expired, {finish}, P::finished, C::shutdown},
     }},
    {"hard, exited",
     {launching, spawned, timeout_fired, grace_expired, exited},
     {
         {exited, {}, P::terminating_hard, C::timeout},
         {kill_requested, {}, P::terminating_hard, C::timeout},
         {tree_ended, {drain}, P::draining, C::timeout},
         {kill_expired, {drain}, P::draining, C::timeout},
     }},
    {"hard, exited, both ended",
     {launching, spawned, timeout_fired, exited, grace_expired, stdout_ended, stderr_ended},
     {
         {tree_ended, {finish}, P::finished, C::timeout},
         {kill_expired, {finish}, P::finished, C::timeout},
     }},
    {"draining, stdout ended",
     {launching, spawned, exited, stdout_ended},
     {
         {stdout_ended, {}, P::draining, C::none},
         {stderr_ended, {finish}, P::finished, C::none},
         {drain_expired, {close_streams, finish}, P::finished, C::none},
         {signalled_early, {}, P::draining, C::none},
     }},
    {"draining after a timeout",
     {launching, spawned, timeout_fired, exited, tree_ended},
     {
         {cancel_requested, {signal_hard, close_streams, finish}, P::finished, C::timeout},
         {output_limit_hit, {signal_hard, close_streams, finish}, P::finished, C::timeout},
         {stream_failed, {signal_hard, close_streams, finish}, P::finished, C::timeout},
         {drain_expired, {close_streams, finish}, P::finished, C::timeout},
         {signalled_early, {}, P::draining, C::timeout},
     }},
};
// clang-format on

Lifecycle brought_to(const State& state, bool merged = false) {
  Lifecycle machine(merged);
  for (const Input input : state.path) machine.feed(input);
  return machine;
}

void expect_rows(const State& state) {
  for (const Row& row : state.rows) {
    SCOPED_TRACE(testing::Message() << state.name << " + " << row.input);
    Lifecycle machine = brought_to(state);
    Actions expected;
    for (const Action action : row.actions) expected.add(action);
    EXPECT_EQ(machine.feed(row.input), expected);
    EXPECT_EQ(machine.phase(), row.phase);
    EXPECT_EQ(machine.cause(), row.cause);
    EXPECT_EQ(machine.output_cut(), expected.has(close_streams));
  }
}

TEST(LifecycleTable, CoversEveryPhaseAndInput) {
  std::set<std::pair<Phase, Input>> pairs;
  for (const State& state : kPhases) {
    for (const Row& row : state.rows) pairs.emplace(brought_to(state).phase(), row.input);
  }
  EXPECT_EQ(pairs.size(), kPhaseCount * kInputCount);
}

TEST(LifecycleTable, EveryPhaseHandlesEveryInput) {
  for (const State& state : kPhases) expect_rows(state);
}

TEST(LifecycleTable, PhasesDependOnEarlierInputs) {
  for (const State& state : kVariants) expect_rows(state);
}

TEST(LifecycleTable, MergedStreamsEndWithStdout) {
  const State running{"running", {launching, spawned, stdout_ended}, {}};
  Lifecycle machine = brought_to(running, true);
  EXPECT_EQ(machine.feed(exited), test::set_of({finish}));

  const State draining{"draining", {launching, spawned, exited}, {}};
  machine = brought_to(draining, true);
  EXPECT_EQ(machine.phase(), P::draining);
  EXPECT_EQ(machine.feed(stdout_ended), test::set_of({finish}));
}

TEST(LifecycleTable, CanBeEndedUntilTheProcessHasExited) {
  for (const State& state : kPhases) {
    const Lifecycle machine = brought_to(state);
    EXPECT_EQ(machine.can_be_ended(), machine.phase() < P::draining) << state.name;
  }
}

}  // namespace
}  // namespace escher
