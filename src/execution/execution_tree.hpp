// The process tree of an execution: the process that was launched, its process group, its cgroup,
// and the descendants that have left the group. Feeds `exited`.
// Owned by an Execution, used on its strand only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "execution/part_owner.hpp"
#include "execution/tree_scanner.hpp"
#include "model/id.hpp"
#include "policy/process_tree.hpp"
#include "process/cgroup.hpp"
#include "process/child_process.hpp"

namespace escher {

class ExecutionTree {
 public:
  // `id`: names the execution in the marker of its descendants. The references outlive the tree.
  ExecutionTree(PartOwner& owner, TreeScanner& scanner, const ExecutionId& id)
      : owner_(owner), scanner_(scanner), id_(id) {}

  void attach(ChildProcess process, std::optional<Cgroup> cgroup);
  void wait_exit();

  // False before the launch and after `release`.
  bool has_process() const { return process_.has_value(); }
  int pid() const { return process_->pid(); }

  // A signal that the caller asked for, to the whole tree. False = the process group is gone.
  bool send(int signal);
  // Whether that was a SIGKILL. No process of the tree can receive another signal after it.
  bool was_killed() const { return was_killed_; }
  // To the process group. False: no process received it.
  bool signal_group(int signal);
  // To the launched process alone. False: it has exited, or did not receive it.
  bool signal_leader(int signal);
  // Each descendant outside of the group gets the next signal too: by default a look sends to each
  // only once.
  void forget_signals();
  // Kills every process in the cgroup, if there is one. False: there was none.
  bool kill_cgroup();

  struct Look {
    bool table_read = false;  // whether the process table could be read
    bool sent = false;        // whether a process received the signal
    bool group_lives = true;  // whether a process of the group lived; zombies do not count
  };
  // Looks for the descendants and sends `signal` to those that have left the process group. Then
  // calls `handler`, unless the tree was released meanwhile. One look at a time: each starts from
  // what the last one has found.
  using LookHandler = std::function<void(Look)>;
  void look(int signal, LookHandler handler);
  // After the exit: whether any process of the tree lives, going by the last look.
  bool any_alive(bool table_read);
  // The descendants that the last look has found, the process itself left out.
  const std::vector<TreeMember>& descendants() const { return sought_.members; }
  // When the process was started, in the units of the process table; 0 before the first look.
  std::uint64_t leader_started() const { return started_; }

  // After the exit.
  ChildProcess::Ended reap() { return process_->reap(); }
  // Releases the process and the cgroup. `was_killed`: SIGKILL ended the process, perhaps by a kill
  // of the whole cgroup, so no later execution may use that.
  void release(bool was_killed);
  // For a process that SIGKILL does not end: it is reaped if it ends after all, and counts as
  // unkillable until then.
  void abandon(std::atomic<int>& unkillable);

 private:
  std::uint64_t started();
  void on_answer(TreeScanner::Answer answer, const LookHandler& handler);

  PartOwner& owner_;
  TreeScanner& scanner_;
  const ExecutionId& id_;
  std::optional<ChildProcess> process_;
  std::optional<Cgroup> cgroup_;
  SoughtTree sought_;
  bool was_killed_ = false;
  std::uint64_t started_ = 0;
};

}  // namespace escher
