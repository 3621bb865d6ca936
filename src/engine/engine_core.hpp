// Owns the parts of the engine and connects them: the way of an execution from its submission to
// its record, and the end of the engine. The facade, Engine, looks executions up and routes calls
// to these parts; it keeps Asio out of what the binding includes. For engine.cpp only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "engine/dispatcher.hpp"
#include "engine/leftovers.hpp"
#include "engine/live_count.hpp"
#include "engine/record_cleanup.hpp"
#include "engine/registry.hpp"
#include "engine/runtime.hpp"
#include "engine/watchdog_keeper.hpp"
#include "execution/execution.hpp"
#include "execution/execution_host.hpp"
#include "execution/flow_control.hpp"
#include "execution/statistics.hpp"
#include "execution/tree_scanner.hpp"
#include "model/config.hpp"
#include "model/event.hpp"
#include "model/request.hpp"
#include "output/redaction/redactor_cache.hpp"
#include "policy/marker.hpp"
#include "process/engine_cgroups.hpp"
#include "process/file_facts.hpp"
#include "process/host_state.hpp"
#include "process/watchdog.hpp"
#include "recovery/journal.hpp"
#include "recovery/overflow_directory.hpp"

namespace escher {

class EngineCore final : public ExecutionHost {
 public:
  template <typename T>
  using Handler = Execution::Handler<T>;

  // Marker and journal are made by the caller, because that may fail.
  EngineCore(Config settings, EventSink& events, Marker own_marker,
             std::unique_ptr<Journal> own_journal);

  // ---- Any thread; Engine documents them.
  bool execute(ExecutionRequest request, Handler<void> handler);
  void validate(ExecutionRequest request, bool with_files, Handler<void> handler);
  void add_secret(const std::string& secret, Handler<void> handler);
  void shut_down(Millis grace, Handler<std::vector<int>> handler);
  void abort(Millis patience);
  // False = an execution is still live, because its process cannot be killed: the core must not be
  // destroyed.
  bool join();

  // ---- ExecutionHost.
  const ExecutionServices& services() const override { return services_; }
  void on_running(Execution& execution) override;
  void on_withdrawn(Execution& execution) override;
  void on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                   std::shared_ptr<const CapturedOutput> output) override;

  // ---- The parts. Destroyed in the reverse order.
  const Config config;
  EventSink& sink;
  const Marker marker;
  // Outlives all threads: the watchdog process ends what they leave behind.
  Watchdog watchdog;
  EngineCgroups cgroups;
  const std::unique_ptr<Journal> journal;  // null = none
  Runtime runtime;
  TreeScanner scanner;
  FlowControl flow;
  Statistics statistics;
  RedactorCache redactors;
  OverflowDirectory overflow;
  const SystemFileFacts files;
  HostState host_state;
  Registry registry;
  Dispatcher dispatcher;
  RecordCleanup cleanup;
  Leftovers leftovers;
  WatchdogKeeper watchdog_keeper;
  LiveCount live;
  // Whether the consumer takes the lines of every execution.
  std::atomic<bool> watch_all{false};

 private:
  // An execution of a request, which no registry has yet. The error: no execution can be made of
  // it.
  Result<std::shared_ptr<Execution>> make(ExecutionRequest request);
  // Redacts the secrets that were added since in what an execution shows.
  void add_secrets(Execution& execution, std::function<void()> done);
  // Closes the admission, then calls `end` for every live execution.
  void end_all(std::function<void(Execution&)> end);

  const ExecutionServices services_;
  std::atomic<std::uint64_t> serials_{0};
  std::atomic<bool> closing_{false};

  // The owner's.
  bool joined_ = false;
  bool all_finished_ = false;
};

}  // namespace escher
