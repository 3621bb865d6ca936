// The inside of the engine: owns everything below the facade. For engine*.cpp only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "dispatcher.hpp"
#include "engine.hpp"
#include "execution_host.hpp"
#include "flow_control.hpp"
#include "overflow_directory.hpp"
#include "process/file_facts.hpp"
#include "redactors.hpp"
#include "registry.hpp"
#include "runtime.hpp"
#include "statistics.hpp"
#include "strand_timer.hpp"

namespace escher {

class Engine::Impl final : public ExecutionHost {
 public:
  Impl(Config config, EventSink& sink);

  // ---- ExecutionHost.
  const Config& config() const override { return config_; }
  EventSink& sink() override { return sink_; }
  FlowControl& flow() override { return flow_; }
  Statistics& statistics() override { return statistics_; }
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
  void execute(ExecutionRequest request, Handler<void> handler);
  Registry::Found find(std::string_view id) const;
  // Calls `function` for a live execution, behind its admission.
  void reach(const Registry::Found& found, std::function<void(Execution&)> function);
  void replay_record(Record record, Handler<std::vector<OutputBatch>> handler);

  void defer(Millis delay, std::function<void()> function);

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

  friend class Engine;

  const Config config_;
  EventSink& sink_;
  Runtime runtime_;
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

  // The owner's.
  bool joined_ = false;
  bool idle_at_end_ = false;
};

}  // namespace escher
