// How an execution ends its tree: the process, its group, and the descendants that have left both.
// On its strand.
#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>

#include "execution.hpp"
#include "process/process_table.hpp"
#include "statistics.hpp"
#include "tree_scanner.hpp"

namespace escher {
namespace {

// How soon after the exit of its leader a tree is looked at again, doubling each time.
constexpr Millis kFirstTreeCheck{2};
constexpr int kSlowestTreeCheck = 6;  // 2 ms << 6 = 128 ms

// A look takes milliseconds; of a table that cannot be read it takes for ever.
constexpr Millis kLookPatience{1000};

// For the names of those who hold the pipes, beyond the drain's grace.
constexpr Millis kHolderPatience{250};

// What has not died of SIGKILL by then hangs in the kernel.
constexpr Millis kKillPatience{1000};

std::optional<TerminationReason> reason_of(EndCause cause) {
  switch (cause) {
    case EndCause::timeout:
      return TerminationReason::timeout;
    case EndCause::idle_timeout:
      return TerminationReason::idle_timeout;
    case EndCause::cancelled:
      return TerminationReason::cancel;
    case EndCause::shutdown:
      return TerminationReason::shutdown;
    case EndCause::output_limit:
      return TerminationReason::output_limit;
    case EndCause::stream_failed:
      return TerminationReason::stream_failure;
    case EndCause::none:
    case EndCause::spawn_failed:
      break;
  }
  return std::nullopt;
}

}  // namespace

int Execution::soft_signal() const {
  return request_.kill_signal.value_or(host_.config().kill_signal);
}

void Execution::signal_group(int signal) {
  process_->signal_tree(signal);
#if !defined(_WIN32)
  // A stopped process acts on a signal only once it continues; SIGKILL needs no help.
  if (signal != SIGKILL) process_->signal_tree(SIGCONT);
#endif
}

// First the look, then the signal: the descendant of a process that dies of the signal is known by
// its parent no longer.
void Execution::end_softly() { look_at_tree(); }

// Once, behind the first look.
void Execution::signal_softly() {
  if (std::exchange(group_signalled_, true)) return;
  sent_signals_.push_back(soft_signal());
  signal_group(soft_signal());
  arm_grace();
}

void Execution::end_hard() {
  sent_signals_.push_back(SIGKILL);
  signal_group(SIGKILL);
  if (group_) group_->kill();
  look_at_tree();
}

// One look at a time: each goes on from what the one before has found.
void Execution::look_at_tree() {
  if (looking_) {
    look_again_ = true;
    return;
  }
  looking_ = true;
  if (tree_.execution.empty()) tree_.execution = format_id(id_);
  // The number is the process's own until it is reaped, and that happens on this strand.
  tree_.leader = process_->pid();
  if (tree_.leader_started == 0) tree_.leader_started = start_time_of(tree_.leader);
  // Whatever they did to be found by nothing else.
  if (group_) group_->add_members(tree_.members);
  const bool hard = lifecycle_.phase() != Phase::terminating_soft;
  host_.scanner().look(
      tree_, {hard ? SIGKILL : soft_signal(), true},
      [self = shared_from_this(), whole = lifecycle_.exited()](TreeScanner::Answer answer) mutable {
        self->run_on_strand([answer = std::move(answer), whole](Execution& execution) mutable {
          execution.on_tree_seen(std::move(answer), whole);
        });
      });
}

// `whole`: the leader was gone already, so nobody can have been added behind the look by it.
void Execution::on_tree_seen(TreeScanner::Answer answer, bool whole) {
  looking_ = false;
  // Its end did not wait for the answer.
  if (!process_) return;
  tree_.members = std::move(answer.tree.members);
  if (lifecycle_.phase() == Phase::terminating_soft) signal_softly();
  if (std::exchange(look_again_, false)) return look_at_tree();
  if (!whole) return;
  const bool anybody_lives = (answer.seen ? !tree_.members.empty() : process_->tree_alive()) ||
                             (group_ && !group_->is_empty());
  if (!anybody_lives) return feed(Input::tree_ended);
  const int doublings = std::min(tree_checks_++, kSlowestTreeCheck);
  tree_timer_.arm(strand_, kFirstTreeCheck * (1 << doublings), shared_from_this(),
                  &Execution::watch_tree);
}

// From the signal on, which waits for the look, and not for ever.
void Execution::arm_grace() {
  if (group_signalled_) {
    phase_timer_.arm(strand_, grace_,
                     [self = shared_from_this()] { self->feed(Input::grace_expired); });
  } else {
    phase_timer_.arm(strand_, kLookPatience,
                     [self = shared_from_this()] { self->signal_softly(); });
  }
}

void Execution::arm_kill() {
  phase_timer_.arm(strand_, kKillPatience,
                   [self = shared_from_this()] { self->feed(Input::kill_expired); });
}

// While it is terminating, the exit of the leader is not the end: descendants of it may live, and
// have the rest of the grace period.
void Execution::watch_tree() {
  const Phase phase = lifecycle_.phase();
  if (phase == Phase::terminating_soft || phase == Phase::terminating_hard) look_at_tree();
}

// A process that SIGKILL does not end: it is reaped whenever it ends after all.
void Execution::leave_process() {
  auto process = std::make_shared<ChildProcess>(std::move(*process_));
  auto& unkillable = host_.statistics().unkillable;
  ++unkillable;
  process->async_wait_exit([process, &unkillable] {
    process->reap();
    --unkillable;
  });
}

// Its tree is gone, as far as it is known, and somebody still has its pipes: a descendant that
// nothing else leads to, or somebody whom it has given them to. He is told of and not ended: that
// may be a server which was there for others.
void Execution::seek_holders() {
  if (sent_signals_.empty() || tree_.leader_started == 0) return;
  std::vector<std::uint64_t> pipes;
  for (const Stream stream : kStreams) {
    if (const auto* open = pipe(stream)) pipes.push_back(open->identity());
  }
  seeking_holders_ = true;
  host_.scanner().seek_holders(
      std::move(pipes), tree_.leader_started,
      [self = shared_from_this()](TreeScanner::Holders holders) mutable {
        self->run_on_strand([holders = std::move(holders)](Execution& execution) mutable {
          execution.on_holders(std::move(holders));
        });
      });
}

void Execution::on_holders(TreeScanner::Holders holders) {
  holders_ = std::move(holders);
  seeking_holders_ = false;
  if (drain_is_over_) expire_drain();
}

void Execution::end_drain() {
  if (!seeking_holders_ || std::exchange(drain_is_over_, true)) return expire_drain();
  phase_timer_.arm(strand_, kHolderPatience, [self = shared_from_this()] { self->end_drain(); });
}

// What was written in time is not lost for want of somebody who takes it.
void Execution::expire_drain() {
  if (read_rest()) feed(Input::drain_expired);
}

std::optional<Termination> Execution::termination() const {
  const auto reason = reason_of(lifecycle_.cause());
  if (!reason || sent_signals_.empty()) return std::nullopt;
  Termination termination{*reason, sent_signals_, {}};
  if (!lifecycle_.exited()) termination.survivors.push_back(process_->pid());
  for (const auto* found : {&tree_.members, &holders_}) {
    for (const TreeMember& member : *found) {
      const auto& told = termination.survivors;
      const bool known = std::find(told.begin(), told.end(), member.pid) != told.end();
      if (!known && lives(member)) termination.survivors.push_back(member.pid);
    }
  }
  return termination;
}

}  // namespace escher
