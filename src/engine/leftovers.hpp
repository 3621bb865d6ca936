// Processes and files that outlived what started them: descendants that escaped from executions of
// this engine, and what dead hosts left behind. Called on any thread, works on the runtime's worker
// thread. Owned by the engine.
#pragma once

#include <functional>
#include <vector>

#include "engine/registry.hpp"
#include "engine/runtime.hpp"
#include "execution/tree_scanner.hpp"
#include "model/config.hpp"
#include "model/error.hpp"
#include "model/recovered.hpp"
#include "model/time.hpp"
#include "policy/process_tree.hpp"
#include "process/engine_cgroups.hpp"

namespace escher {

class Leftovers {
 public:
  using Done = std::function<void(std::vector<int> survivors)>;

  // The references outlive it.
  Leftovers(Runtime& runtime, const Config& config, const Registry& registry, TreeScanner& scanner,
            EngineCgroups& cgroups)
      : runtime_(runtime),
        config_(config),
        registry_(registry),
        scanner_(scanner),
        cgroups_(cgroups) {}

  // Ends and removes what dead hosts left behind, and reads their journals.
  void clear_dead_hosts();
  // The executions that dead hosts left unfinished, once `clear_dead_hosts` is done.
  void recovered(std::function<void(Result<std::vector<RecoveredExecution>>)> handler);

  // The engine closes: sends the kill signal to the descendants of finished executions, or SIGKILL
  // after the deadline.
  void signal(SteadyTime deadline);
  // Likewise, again and again until none is left, or until SIGKILL has had its time. Then calls
  // `done` with the processes that are left.
  void end(SteadyTime deadline, Done done);

 private:
  // ---- On the worker thread only.
  void look(int looks, SteadyTime deadline, Done done);
  // The processes that the last look found and that live, and those of the cgroups.
  std::vector<int> survivors() const;

  Runtime& runtime_;
  const Config& config_;
  const Registry& registry_;
  TreeScanner& scanner_;
  EngineCgroups& cgroups_;

  // The worker's.
  std::vector<TreeMember> members_;  // found by the last look
  std::vector<RecoveredExecution> recovered_;
};

}  // namespace escher
