// The inside of the engine: owns everything below the facade. For engine*.cpp only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "dispatcher.hpp"
#include "engine.hpp"
#include "execution_host.hpp"
#include "flow_control.hpp"
#include "journal.hpp"
#include "overflow_directory.hpp"
#include "policy/marker.hpp"
#include "process/control_groups.hpp"
#include "process/file_facts.hpp"
#include "process/guard.hpp"
#include "redactors.hpp"
#include "registry.hpp"
#include "runtime.hpp"
#include "statistics.hpp"
#include "strand_timer.hpp"
#include "tree_scanner.hpp"

namespace escher {

class Engine::Impl final : public ExecutionHost {
 public:
  // `marker` and `journal` were made beforehand, because that may fail.
  Impl(Config config, EventSink& sink, Marker marker, std::unique_ptr<Journal> journal);

  // ---- ExecutionHost.
  const Config& config() const override { return config_; }
  EventSink& sink() override { return sink_; }
  FlowControl& flow() override { return flow_; }
  Statistics& statistics() override { return statistics_; }
  TreeScanner& scanner() override { return scanner_; }
  const Marker& marker() const override { return marker_; }
  Guard& guard() override { return guard_; }
  ControlGroups& groups() override { return groups_; }
  Journal* journal() override { return journal_.get(); }
  bool watches_all() const override { return watch_all_.load(std::memory_order_relaxed); }
  std::optional<Redactor> redactor_for(const ExecutionRequest& request) override {
    return redactors_.for_request(request.redact);
  }
  Result<std::string> overflow_path(const ExecutionId& id, Stream stream) override {
    return overflow_.path_for(id, stream);
  }
  void on_running(Execution& execution) override;
  void on_withdrawn(Execution& execution) override;
  void on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                   std::shared_ptr<const CapturedOutput> output) override;

  // ---- For the facade, any thread.
  bool execute(ExecutionRequest request, Handler<void> handler);
  Registry::Found find(const ExecutionKey& key) const;
  // Calls `function` for a live execution, behind its admission.
  void reach(const Registry::Found& found, std::function<void(Execution&)> function);
  void replay_output(std::shared_ptr<const CapturedOutput> output,
                     Handler<std::vector<OutputBatch>> handler);

  void defer(Millis delay, std::function<void()> function);
  void recovered(Handler<std::vector<RecoveredExecution>> handler);

  void cleanup(Handler<std::size_t> handler);
  // The records that were dropped.
  std::vector<Record> sweep();
  void arm_cleanup();
  void start_cleanup_task();
  void stop_cleanup_task();
  void remove_files(const std::vector<Record>& records) const;

  void shut_down(Millis grace, Handler<void> handler);
  void abort(Millis patience);
  // False = something still runs that cannot be ended; the engine has to be left as it is.
  bool join();

 private:
  // Ends everything that is live: `end` is called for each, behind all admissions.
  void end_all(std::function<void(Execution&)> end);
  void one_less();
  void take_over_from_the_dead();
  // The engine closes and nothing runs: ends what executions of before left behind.
  // Looks until nobody is left, or cannot be ended. Without `done` once, for the first signal.
  void end_rest(int looks, std::function<void()> done);

  friend class Engine;

  const Config config_;
  EventSink& sink_;
  const Marker marker_;
  // Ends the guard process behind all threads: what they left is the guard's.
  Guard guard_;
  ControlGroups groups_;
  const std::unique_ptr<Journal> journal_;
  Runtime runtime_;
  TreeScanner scanner_;
  FlowControl flow_;
  Statistics statistics_;
  Redactors redactors_;
  OverflowDirectory overflow_;
  SystemFileFacts files_;
  Registry registry_;
  Dispatcher dispatcher_;

  std::atomic<std::uint64_t> serials_{0};
  std::atomic<bool> watch_all_{false};
  std::atomic<bool> closing_{false};
  std::atomic<bool> sweep_ahead_{false};

  // The cleanup task's, on its strand.
  Strand cleanup_strand_;
  StrandTimer cleanup_timer_;
  bool cleanup_runs_ = false;

  // How many live, and who waits for none.
  std::mutex live_mutex_;
  std::condition_variable nobody_lives_;
  std::size_t live_ = 0;
  Handler<void> when_idle_;
  SteadyTime shutdown_deadline_{};

  // The worker's: what executions of before left behind, and hosts of before.
  std::vector<TreeMember> rest_;
  std::vector<RecoveredExecution> recovered_;

  // The owner's.
  bool joined_ = false;
  bool idle_at_end_ = false;
};

}  // namespace escher
