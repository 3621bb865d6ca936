#include "execution/execution_termination.hpp"

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>

#include "process/process_table.hpp"
#include "process/strand_checker.hpp"

namespace escher {
namespace {

// How soon after the exit of its leader a tree is looked at again; doubles each time.
constexpr Millis kFirstTreeCheck{2};
constexpr int kMaxDoublings = 6;  // 2 ms << 6 = 128 ms

// A look takes milliseconds, but one at a table that cannot be read may never end.
constexpr Millis kLookPatience{1000};

// In clock ticks: a tree that forks all the time has a descendant that is younger.
constexpr std::uint64_t kNewTicks = 10;

// A process that has not died of SIGKILL after this time hangs in the kernel.
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
    case EndCause::signalled:
      break;
  }
  return std::nullopt;
}

}  // namespace

ExecutionTermination::ExecutionTermination(PartOwner& owner, const Lifecycle& lifecycle,
                                           ExecutionTree& tree, int kill_signal, Millis grace)
    : owner_(owner), lifecycle_(lifecycle), tree_(tree), kill_signal_(kill_signal), grace_(grace) {}

void ExecutionTermination::shorten_grace(Millis grace) {
  assert_on_strand(owner_.strand());
  grace_ = std::min(grace_, grace);
}

// The look comes before the signal: once a process has died of the signal, its descendants can no
// longer be found by their parent.
void ExecutionTermination::signal_soft() { look(); }

// After a SIGKILL of the caller, what lives on was forked meanwhile.
int ExecutionTermination::soft_signal() const {
  return tree_.was_killed() ? SIGKILL : kill_signal_;
}

// Once, after the first look. A group of zombies accepts every signal, and none receives it.
void ExecutionTermination::send_kill_signal(bool group_lives) {
  if (std::exchange(kill_signal_sent_, true)) return;
  if (group_lives) note_sent(soft_signal(), tree_.signal_group(soft_signal()));
  arm_grace();
}

void ExecutionTermination::on_no_look() { send_kill_signal(true); }

void ExecutionTermination::signal_hard() {
  killed_ = true;
  killed_at_ = current_tick();
  note_sent(SIGKILL, tree_.signal_group(SIGKILL));
  note_sent(SIGKILL, tree_.kill_cgroup());
  look();
}

void ExecutionTermination::look() {
  assert_on_strand(owner_.strand());
  if (looking_) {
    must_look_again_ = true;
    return;
  }
  looking_ = true;
  const bool soft = lifecycle_.phase() == Phase::terminating_soft;
  const int signal = soft ? soft_signal() : SIGKILL;
  tree_.look(signal, [this, signal, after_exit = lifecycle_.exited()](ExecutionTree::Look look) {
    on_look(look, signal, after_exit);
  });
}

bool ExecutionTermination::was_sent(int signal) const {
  return std::find(sent_signals_.begin(), sent_signals_.end(), signal) != sent_signals_.end();
}

// A process of another user refuses it, and so does one that is gone.
void ExecutionTermination::note_sent(int signal, bool sent) {
  if (!sent || was_sent(signal)) return;
  // The answer to a look may come after the SIGKILL.
  sent_signals_.insert(signal == SIGKILL ? sent_signals_.end() : sent_signals_.begin(), signal);
}

// `after_exit`: the leader had exited before the look, so it cannot have added a descendant since.
void ExecutionTermination::on_look(ExecutionTree::Look look, int signal, bool after_exit) {
  looking_ = false;
  note_sent(signal, look.sent);
  if (lifecycle_.phase() == Phase::terminating_soft) send_kill_signal(look.group_lives);
  if (std::exchange(must_look_again_, false)) return this->look();
  if (!after_exit) return;
  const bool was_forking = std::exchange(is_forking_, has_new_descendant());
  // One look may miss a process that is about to fork and exit.
  if (!tree_.any_alive(look.table_read) && !was_forking) return owner_.feed(Input::tree_ended);
  const int doublings = std::min(tree_checks_++, kMaxDoublings);
  tree_timer_.arm(owner_.strand(), kFirstTreeCheck * (1 << doublings), keep_alive(owner_, this),
                  &ExecutionTermination::watch_tree);
}

bool ExecutionTermination::has_new_descendant() const {
  const auto& members = tree_.descendants();
  return std::any_of(members.begin(), members.end(), [now = current_tick()](const auto& member) {
    return member.started + kNewTicks > now;
  });
}

// The grace period begins with the signal. The signal waits for the look, but not without a limit.
void ExecutionTermination::arm_grace() {
  if (kill_signal_sent_) {
    phase_timer_.arm(owner_.strand(), grace_,
                     [this, alive = owner_.keep_alive()] { owner_.feed(Input::grace_expired); });
  } else {
    phase_timer_.arm(owner_.strand(), kLookPatience, keep_alive(owner_, this),
                     &ExecutionTermination::on_no_look);
  }
}

void ExecutionTermination::arm_kill() {
  phase_timer_.arm(owner_.strand(), kKillPatience,
                   [this, alive = owner_.keep_alive()] { owner_.feed(Input::kill_expired); });
}

bool ExecutionTermination::is_terminating() const {
  const Phase phase = lifecycle_.phase();
  return phase == Phase::terminating_soft || phase == Phase::terminating_hard;
}

// While it is terminating, the exit of the leader is not the end: its descendants may live, and
// have the rest of the grace period.
void ExecutionTermination::watch_tree() {
  if (is_terminating()) look();
}

void ExecutionTermination::stop_waiting() {
  phase_timer_.cancel();
  tree_timer_.cancel();
}

std::optional<Termination> ExecutionTermination::report(
    const std::vector<TreeMember>& pipe_holders) const {
  const auto reason = reason_of(lifecycle_.cause());
  if (!reason || !has_signalled()) return std::nullopt;
  Termination termination{*reason, sent_signals_, {}};
  if (tree_.was_killed() && !was_sent(SIGKILL)) termination.signals.push_back(SIGKILL);
  auto& survivors = termination.survivors;
  if (!lifecycle_.exited()) survivors.push_back(tree_.pid());
  for (const auto* found : {&tree_.descendants(), &pipe_holders}) {
    for (const TreeMember& member : *found) {
      const bool known =
          std::find(survivors.begin(), survivors.end(), member.pid) != survivors.end();
      // A process that was started after the SIGKILL may have forked and exited since the look: its
      // tree lives on under a number that is not known.
      const bool is_chain = killed_at_ != 0 && member.started > killed_at_;
      if (!known && (is_chain || lives(member))) survivors.push_back(member.pid);
    }
  }
  return termination;
}

}  // namespace escher
