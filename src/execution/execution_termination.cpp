#include "execution/execution_termination.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/signals.hpp"
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
    case EndCause::lease:
      return TerminationReason::lease;
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
                                           ExecutionTree& tree, StopSteps steps)
    : owner_(owner), lifecycle_(lifecycle), tree_(tree), steps_(std::move(steps)) {}

// ---- The steps.

void ExecutionTermination::shorten_grace(Millis grace) {
  assert_on_strand(owner_.strand());
  grace_ = std::min(grace_, grace);
}

// The look comes before the signal: once a process has died of the signal, its descendants can no
// longer be found by their parent.
void ExecutionTermination::signal_soft() { look(); }

void ExecutionTermination::next_step() {
  assert_on_strand(owner_.strand());
  // The signal of a step is always sent.
  must_go_on_ = !step_signalled_;
  if (must_go_on_) return;
  const bool is_last = step_ + 1 == steps_.size();
  if (is_last || rest_of_grace() <= Millis(0)) return owner_.feed(Input::grace_expired);
  ++step_;
  step_signalled_ = false;
  tree_.forget_signals();
  look();
  arm_grace();
}

// After a SIGKILL of the caller, what lives on was forked meanwhile.
int ExecutionTermination::soft_signal() const {
  return tree_.was_killed() ? SIGKILL : steps_[step_].signal;
}

ExecutionTermination::Sending ExecutionTermination::sending() const {
  if (lifecycle_.phase() != Phase::terminating_soft) return {SIGKILL, step_};
  const int signal = soft_signal();
  const bool to_leader = steps_[step_].to == StopStep::To::leader && signal != SIGKILL;
  return {to_leader ? 0 : signal, step_};
}

// Once in a step, after its first look. A group of zombies accepts every signal, and none receives
// it.
void ExecutionTermination::send_step(bool group_lives) {
  if (std::exchange(step_signalled_, true)) return;
  const Millis wait = steps_[step_].wait;
  if (!is_never(wait)) step_ends_ = SteadyClock::now() + to_steady(wait);
  const int signal = soft_signal();
  if (steps_[step_].to == StopStep::To::leader && signal != SIGKILL) {
    const bool sent = !lifecycle_.exited() && tree_.signal_leader(signal);
    note_sent({signal, step_}, sent);
    // No process is left that could act on it.
    if (!sent) return next_step();
  } else if (group_lives) {
    note_sent({signal, step_}, tree_.signal_group(signal));
  }
  if (std::exchange(must_go_on_, false)) return next_step();
  arm_grace();
}

void ExecutionTermination::on_no_look() { send_step(true); }

// The wait begins with the signal. The signal waits for the look, but not without a limit.
void ExecutionTermination::arm_grace() {
  if (step_signalled_) return arm_wait();
  phase_timer_.arm(owner_.strand(), kLookPatience, keep_alive(owner_, this),
                   &ExecutionTermination::on_no_look);
}

void ExecutionTermination::arm_wait() {
  if (!is_never(grace_)) {
    const SteadyTime end = SteadyClock::now() + to_steady(grace_);
    deadline_ = std::min(deadline_.value_or(end), end);
  }
  const Millis wait = steps_[step_].wait;
  const Millis left = is_never(wait) ? wait : to_millis(step_ends_ - SteadyClock::now());
  phase_timer_.arm(owner_.strand(), std::max(Millis(0), std::min(left, rest_of_grace())),
                   [this, alive = owner_.keep_alive()] { next_step(); });
}

Millis ExecutionTermination::rest_of_grace() const {
  return deadline_ ? to_millis(*deadline_ - SteadyClock::now()) : kForever;
}

void ExecutionTermination::signal_hard() {
  killed_ = true;
  killed_at_ = current_tick();
  note_sent({SIGKILL, step_}, tree_.signal_group(SIGKILL));
  note_sent({SIGKILL, step_}, tree_.kill_cgroup());
  look();
}

// ---- The looks at the tree.

void ExecutionTermination::look() {
  assert_on_strand(owner_.strand());
  if (looking_) {
    must_look_again_ = true;
    return;
  }
  looking_ = true;
  const Sending sending = this->sending();
  tree_.look(sending.signal, [this, sending, after_exit = lifecycle_.exited()](
                                 ExecutionTree::Look look) { on_look(look, sending, after_exit); });
}

// A process of another user refuses it, and so does one that is gone.
void ExecutionTermination::note_sent(Sending sending, bool sent) {
  if (!sent) return;
  (sending.signal == SIGKILL ? kill_received_ : received_[sending.step]) = true;
}

// `after_exit`: the leader had exited before the look, so it cannot have added a descendant since.
void ExecutionTermination::on_look(ExecutionTree::Look look, Sending sending, bool after_exit) {
  looking_ = false;
  note_sent(sending, look.sent);
  const bool is_of_step = lifecycle_.phase() == Phase::terminating_soft && sending.step == step_;
  if (is_of_step) send_step(look.group_lives);
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

void ExecutionTermination::arm_kill() {
  phase_timer_.arm(owner_.strand(), kKillPatience,
                   [this, alive = owner_.keep_alive()] { owner_.feed(Input::kill_expired); });
}

bool ExecutionTermination::is_terminating() const {
  const Phase phase = lifecycle_.phase();
  return phase == Phase::terminating_soft || phase == Phase::terminating_hard;
}

// While it is terminating, the exit of the leader is not the end: its descendants may live, and
// have the rest of the steps.
void ExecutionTermination::watch_tree() {
  if (is_terminating()) look();
}

void ExecutionTermination::stop_waiting() {
  phase_timer_.cancel();
  tree_timer_.cancel();
}

std::vector<int> ExecutionTermination::sent_signals() const {
  std::vector<int> signals;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (received_[i]) signals.push_back(steps_[i].signal);
  }
  if (kill_received_ || tree_.was_killed()) signals.push_back(SIGKILL);
  return signals;
}

std::optional<Termination> ExecutionTermination::report(
    const std::vector<TreeMember>& pipe_holders) const {
  const auto reason = reason_of(lifecycle_.cause());
  if (!reason || !has_signalled()) return std::nullopt;
  Termination termination{*reason, sent_signals(), {}};
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
