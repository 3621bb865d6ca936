// How an execution is ended: a look at its tree, the kill signal, the grace period, SIGKILL, and
// the wait until the last descendant is gone. Feeds grace_expired, kill_expired and tree_ended.
// Owned by an Execution, used on its strand only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "execution/execution_tree.hpp"
#include "execution/part_owner.hpp"
#include "execution/strand_timer.hpp"
#include "model/result.hpp"
#include "model/time.hpp"
#include "policy/lifecycle.hpp"

namespace escher {

class ExecutionTermination {
 public:
  // The references outlive it.
  ExecutionTermination(PartOwner& owner, const Lifecycle& lifecycle, ExecutionTree& tree,
                       int kill_signal, Millis grace);

  // The grace period is the shorter of the two.
  void shorten_grace(Millis grace);

  // ---- The actions of the lifecycle machine.
  void signal_soft();
  void signal_hard();
  void arm_grace();
  void arm_kill();
  void watch_tree();

  // The tree is gone or the execution is over: nothing more is waited for.
  void stop_waiting();

  // Whether a signal was sent, or could not be.
  bool has_signalled() const { return kill_signal_sent_ || killed_; }
  // What was done to end it, and which processes survived; `pipe_holders` are looked at beside the
  // descendants. Nothing if the execution ended by itself.
  std::optional<Termination> report(const std::vector<TreeMember>& pipe_holders) const;

 private:
  bool is_terminating() const;
  void look();
  void on_look(ExecutionTree::Look look, int signal, bool after_exit);
  bool has_new_descendant() const;
  bool was_sent(int signal) const;
  void note_sent(int signal, bool sent);
  int soft_signal() const;
  void on_no_look();
  void send_kill_signal(bool group_lives);

  PartOwner& owner_;
  const Lifecycle& lifecycle_;
  ExecutionTree& tree_;
  const int kill_signal_;
  Millis grace_;
  // Those that a process received.
  std::vector<int> sent_signals_;
  bool kill_signal_sent_ = false;
  bool killed_ = false;
  std::uint64_t killed_at_ = 0;  // a tick; 0 = not killed
  bool looking_ = false;
  bool must_look_again_ = false;
  bool is_forking_ = false;  // by the last look
  int tree_checks_ = 0;
  StrandTimer phase_timer_;  // the grace period, then the time that SIGKILL has
  StrandTimer tree_timer_;
};

}  // namespace escher
