// The engine: takes requests, runs their commands on its own threads, and reports to one sink.
//
// Every call may be made on any thread, returns at once and never throws. What takes time is
// answered through a handler, on an engine thread or during the call. A handler must not block and
// must not call the engine. The owner calls `shut_down` or `abort`, then `join`, before it destroys
// the engine.
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

class EngineCore;

struct EngineStats {
  std::size_t by_status[kStatusCount] = {};
  std::size_t retained_records = 0;
  std::uint64_t retained_bytes = 0;
  std::uint64_t total_lines = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t spawn_failures = 0;
  Millis spawn_p50{0}, spawn_p99{0};
  Millis duration_p50{0}, duration_p99{0};
  // The watchdog process runs: it ends the remaining processes if the host dies.
  bool guarded = false;
  // Keys of which something runs or waits.
  std::size_t keys = 0;
  bool paused = false;
  std::string journal_error;  // empty = none
};

class Engine {
 public:
  template <typename T>
  using Handler = std::function<void(Result<T>)>;

  // Checks the configuration and starts the threads. The sink outlives the engine.
  static Result<std::unique_ptr<Engine>> create(Config config, EventSink& sink);
  ~Engine();

  // The handler gets success once the execution is admitted (it runs or is queued), else the reason
  // of the refusal. Returns true if the id is registered from this call on, so that other calls can
  // name it before its admission; false if it was refused during the call.
  bool execute(ExecutionRequest request, Handler<void> handler);

  // Checks what `execute` checks, except for a place. Nothing is started. Without files: not
  // whether the program, the script and the working directory exist.
  void validate(ExecutionRequest request, bool with_files, Handler<void> handler);

  // True = it was pending or running, false = it had ended.
  void cancel(const ExecutionKey& key, Handler<bool> handler);
  // True = the signal was sent to its process group, or will be sent to it at its start, or has
  // ended the execution before its start. False = there was no process any more.
  void kill(const ExecutionKey& key, int signal, Handler<bool> handler);
  // True = its lease begins anew, if it has one. False = it has ended, or is being ended.
  void renew(const ExecutionKey& key, Handler<bool> handler);
  void send_input(const ExecutionKey& key, std::string bytes, Handler<void> handler);
  void close_input(const ExecutionKey& key, Handler<void> handler);
  // The size of its terminal. No effect after its end.
  void resize(const ExecutionKey& key, const TerminalSize& size, Handler<void> handler);
  // The retained lines so far. Every later line reaches the sink after the handler was called.
  // `undelivered`: the output of an ended execution, from a `finished` event that the consumer has
  // not handled yet; it is replayed if retention has dropped the record in the meantime.
  void replay(const ExecutionKey& key, Handler<std::vector<OutputBatch>> handler,
              std::shared_ptr<const CapturedOutput> undelivered = nullptr);
  // One more secret for all executions. The handler is called when it is redacted in everything
  // that is shown or written from then on, of live executions and of records.
  void add_secret(const std::string& secret, Handler<void> handler);
  // Limits of what runs, from the request after this call on. Lowering one ends nothing.
  void set_concurrency(std::size_t limit, Handler<void> handler);
  // Nothing: the limit of the configuration for all keys.
  void set_key_limit(std::string key, std::optional<std::size_t> limit, Handler<void> handler);
  // What is submitted or queued does not start until `resume`.
  void pause(Handler<void> handler);
  void resume(Handler<void> handler);
  // The number of records that one retention pass has dropped.
  void cleanup(Handler<std::size_t> handler);

  // Nothing for an unknown execution.
  std::optional<Status> status(const ExecutionKey& key) const;
  std::optional<std::uint64_t> token(std::string_view id) const;
  // Nothing for an unknown execution and for one that has not ended.
  std::optional<Record> record(const ExecutionKey& key) const;
  // Nothing for an unknown execution.
  std::optional<CaptureMode> capture(const ExecutionKey& key) const;
  std::vector<ExecutionSummary> list(const ListFilter& filter) const;
  Result<void> remove(std::string_view id);
  std::size_t running_count() const;
  std::size_t queued_count() const;
  EngineStats stats() const;

  // Whether the consumer takes the lines of all executions, or of one.
  void watch_all(bool on);
  void watch(const ExecutionKey& key, bool on);
  // Whether the sink gets a `removed` when records are dropped.
  void watch_removals(bool on);
  // The consumer has taken this many bytes of the batches of an execution.
  void release(std::uint64_t token, std::uint64_t bytes);
  // The consumer holds this many bytes that it has released before: they count again.
  void hold(std::uint64_t token, std::uint64_t bytes);

  // The executions that dead hosts left unfinished, from their journals. Their processes have been
  // ended, as far as possible, before the handler is called. Empty without a journal.
  void recovered(Handler<std::vector<RecoveredExecution>> handler);

  // Calls `function` on an engine thread after `delay`. The sink may call this during an event.
  void defer(Millis delay, std::function<void()> function);

  void start_cleanup_task();
  void stop_cleanup_task();

  // Closes the admission and ends what runs; its grace periods are cut to `grace`. The handler is
  // called when nothing runs any more, with the processes that could not be ended.
  void shut_down(Millis grace, Handler<std::vector<int>> handler);
  // The host ends: kills what runs without a grace period and waits until it is reaped, but not
  // longer than `patience`.
  void abort(Millis patience);
  // After one of the two: ends the threads and drops the records with their files. Idempotent.
  void join();

 private:
  explicit Engine(std::unique_ptr<EngineCore> core);
  std::unique_ptr<EngineCore> core_;
};

}  // namespace escher
