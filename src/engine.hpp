// The engine: takes requests, runs their commands on its own threads, reports to one sink.
//
// Every call may be made on any thread, returns at once, and never throws. What takes time is
// answered through a handler, on an engine thread or during the call. Handlers may not block and
// may not call the engine back. The owner calls `shut_down` or `abort`, then `join`, before it lets
// the engine go.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/event.hpp"
#include "model/id.hpp"
#include "model/record.hpp"
#include "model/recovered.hpp"
#include "model/request.hpp"
#include "model/result.hpp"

namespace escher {

struct EngineStats {
  std::size_t by_status[kStatusCount] = {};
  std::size_t retained_records = 0;
  std::uint64_t retained_bytes = 0;
  std::uint64_t total_lines = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t spawn_failures = 0;
  Millis spawn_p50{0}, spawn_p99{0};
  Millis duration_p50{0}, duration_p99{0};
  // A process stands by that ends what the host would leave behind.
  bool guarded = false;
  std::string journal_error;  // empty = none
};

class Engine {
 public:
  template <typename T>
  using Handler = std::function<void(Result<T>)>;

  // Starts the threads. The configuration is checked; the sink outlives the engine.
  static Result<std::unique_ptr<Engine>> create(Config config, EventSink& sink);
  ~Engine();

  // The handler is told that the execution is in (running or waiting), or why it is not. True =
  // from this call on its id names it, and until it is in it may be asked of like one that is;
  // false = it is refused already.
  bool execute(ExecutionRequest request, Handler<void> handler);

  // True = it was pending or running, false = it had ended.
  void cancel(const ExecutionKey& key, Handler<bool> handler);
  // True = the signal was sent to its process group, false = there was none.
  void kill(const ExecutionKey& key, int signal, Handler<bool> handler);
  void send_input(const ExecutionKey& key, std::string bytes, Handler<void> handler);
  void close_input(const ExecutionKey& key, Handler<void> handler);
  // The retained lines up to now. Every later line comes to the sink after the handler was called.
  // `untold`: the output of an ended one, from an event that nobody could act upon yet; its lines
  // are given where retention has dropped it meanwhile.
  void replay(const ExecutionKey& key, Handler<std::vector<OutputBatch>> handler,
              std::shared_ptr<const CapturedOutput> untold = nullptr);
  // The number of records that one retention pass dropped.
  void cleanup(Handler<std::size_t> handler);

  // Nothing for an unknown one.
  std::optional<Status> status(const ExecutionKey& key) const;
  // Nothing for an unknown one and for one that has not ended.
  std::optional<Record> record(const ExecutionKey& key) const;
  std::vector<ExecutionSummary> list(const ListFilter& filter) const;
  Result<void> remove(std::string_view id);
  std::size_t running_count() const;
  std::size_t queued_count() const;
  EngineStats stats() const;

  // Whether somebody takes the lines: of all executions, or of one.
  void watch_all(bool on);
  void watch(const ExecutionKey& key, bool on);
  // The consumer has taken so many bytes of batches of this execution.
  void release(std::uint64_t token, std::uint64_t bytes);
  // The consumer sits on so many bytes that it gave back as taken.
  void hold(std::uint64_t token, std::uint64_t bytes);

  // What hosts that died left unfinished, out of their journals; by now nothing of it lives that
  // could be ended. Empty without a journal.
  void recovered(Handler<std::vector<RecoveredExecution>> handler);

  // Calls `function` on an engine thread after `delay`. The sink may call it from within an event.
  void defer(Millis delay, std::function<void()> function);

  void start_cleanup_task();
  void stop_cleanup_task();

  // Admission closes, what runs is ended, with this grace period at most. The handler is called
  // when nothing runs any more.
  void shut_down(Millis grace, Handler<void> handler);
  // The host ends: kills what runs without grace and waits until it is reaped, for `patience` at
  // most.
  void abort(Millis patience);
  // After one of the two: ends the threads and drops the records with their files. Idempotent.
  void join();

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace escher
