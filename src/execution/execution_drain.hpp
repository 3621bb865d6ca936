// The drain of an execution: its process has exited, and a pipe is still open because another
// process holds it. Reads what is in the pipes, waits for their end during the grace period of the
// drain, and finds the processes that hold them. Feeds drain_expired.
//
// Owned by an Execution, used on its strand only.
#pragma once

#include "execution/execution_output.hpp"
#include "execution/execution_termination.hpp"
#include "execution/execution_tree.hpp"
#include "execution/part_owner.hpp"
#include "execution/strand_timer.hpp"
#include "execution/tree_scanner.hpp"
#include "model/time.hpp"
#include "policy/lifecycle.hpp"

namespace escher {

class ExecutionDrain {
 public:
  // The references outlive it.
  ExecutionDrain(PartOwner& owner, const Lifecycle& lifecycle, ExecutionOutput& output,
                 TreeScanner& scanner, Millis grace)
      : owner_(owner), lifecycle_(lifecycle), output_(output), scanner_(scanner), grace_(grace) {}

  // `holders_since`: if the tree was ended, the start time of its leader. Processes that hold the
  // pipes and were started since then are looked up. 0 = they are not looked up.
  void begin(std::uint64_t holders_since);
  void stop() { timer_.cancel(); }

  // Processes outside of the known tree that hold a pipe. They are reported, not killed: one may be
  // a server that serves others.
  const TreeScanner::Holders& holders() const { return holders_; }

 private:
  void find_holders(std::uint64_t since);
  void on_holders(TreeScanner::Holders holders);
  void on_grace_over();
  void expire();
  // False = that finished the execution.
  bool read_rest();

  PartOwner& owner_;
  const Lifecycle& lifecycle_;
  ExecutionOutput& output_;
  TreeScanner& scanner_;
  const Millis grace_;
  TreeScanner::Holders holders_;
  bool finding_holders_ = false;
  bool grace_over_ = false;
  StrandTimer timer_;
};

}  // namespace escher
