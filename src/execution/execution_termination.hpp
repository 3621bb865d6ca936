// How an execution is ended: for each step a look at its tree, a signal and a wait; then SIGKILL,
// and the wait until the last descendant is gone. Feeds grace_expired, kill_expired and tree_ended.
// Owned by an Execution, used on its strand only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "execution/execution_tree.hpp"
#include "execution/part_owner.hpp"
#include "execution/strand_timer.hpp"
#include "model/result.hpp"
#include "model/stop.hpp"
#include "model/time.hpp"
#include "policy/lifecycle.hpp"

namespace escher {

class ExecutionTermination {
 public:
  // The references outlive it. `steps`: at least one.
  ExecutionTermination(PartOwner& owner, const Lifecycle& lifecycle, ExecutionTree& tree,
                       StopSteps steps);

  // From the first signal, or from the next `arm_grace` if that was sent, all waits together take
  // no longer.
  void shorten_grace(Millis grace);

  // ---- The actions of the lifecycle machine.
  void signal_soft();
  void next_step();
  void signal_hard();
  void arm_grace();
  void arm_kill();
  void watch_tree();

  // The tree is gone or the execution is over: nothing more is waited for.
  void stop_waiting();

  // Whether a signal was sent, or could not be.
  bool has_signalled() const { return step_ > 0 || step_signalled_ || killed_; }
  // What was done to end it, and which processes survived; `pipe_holders` are looked at beside the
  // descendants. Nothing if the execution ended by itself.
  std::optional<Termination> report(const std::vector<TreeMember>& pipe_holders) const;

 private:
  bool is_terminating() const;
  // What a look sends to the descendants outside of the process group.
  struct Sending {
    int signal = 0;  // 0 = nothing
    std::size_t step = 0;
  };

  Sending sending() const;
  int soft_signal() const;
  void look();
  void on_look(ExecutionTree::Look look, Sending sending, bool after_exit);
  bool has_new_descendant() const;
  void note_sent(Sending sending, bool sent);
  void on_no_look();
  void send_step(bool group_lives);
  void arm_wait();
  Millis rest_of_grace() const;
  std::vector<int> sent_signals() const;

  PartOwner& owner_;
  const Lifecycle& lifecycle_;
  ExecutionTree& tree_;
  const StopSteps steps_;
  std::size_t step_ = 0;
  bool step_signalled_ = false;  // the signal of the step was sent
  bool must_go_on_ = false;      // to the next step, as soon as it was
  SteadyTime step_ends_{};       // valid once it was
  Millis grace_ = kForever;      // of a shutdown
  std::optional<SteadyTime> deadline_;
  // Whether a process received the signal of a step, and SIGKILL.
  std::array<bool, kMostStopSteps> received_{};
  bool kill_received_ = false;
  bool killed_ = false;
  std::uint64_t killed_at_ = 0;  // a tick; 0 = not killed
  bool looking_ = false;
  bool must_look_again_ = false;
  bool is_forking_ = false;  // by the last look
  int tree_checks_ = 0;
  StrandTimer phase_timer_;  // the wait of a step, then the time that SIGKILL has
  StrandTimer tree_timer_;
};

}  // namespace escher
