// Delivers events and replies from the engine's threads to JavaScript: one queue, one
// ThreadSafeFunction, at most one pending wake-up. Owned by an EngineWrap and by the
// ThreadSafeFunction.
//
// The lifetime of the ThreadSafeFunction:
//   1. It is created on the JavaScript thread, unreferenced: an idle engine does not keep the
//      process alive.
//   2. Engine threads call it only under the mutex, and only while the channel is open.
//   3. `close` runs on the JavaScript thread. It closes the channel under the mutex, then releases
//      the function, which is not used after that.
//   4. When the environment ends, the engine's cleanup hook closes the channel. Hooks run last in,
//      first out, and this one is added after the function was created. So it runs before Node
//      frees the function.
//   5. The context of the function holds a reference to the channel until the finalizer has run.
//   6. A call may come without an environment, or when JavaScript cannot run any more. Then nothing
//      is delivered, and nothing is thrown.
#pragma once

#include <napi.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "line_ends.hpp"
#include "model/event.hpp"
#include "model/recovered.hpp"

namespace escher::binding {

// `now` wakes the event loop at once; `soon` leaves that to the next urgent record, for a few
// milliseconds at most.
enum class Urgency : std::uint8_t { now, soon };

// The reply to a call that is answered later.
struct Reply {
  using Value = std::variant<std::monostate, bool, double, std::vector<int>,
                             std::vector<OutputBatch>, std::vector<RecoveredExecution>>;
  double ticket = 0;
  // It answers `execute`: the ticket is the token of the execution, and there is no value.
  bool is_admission = false;
  // The promise that waits for it settles before any later record is delivered.
  bool heard_first = false;
  Urgency urgency = Urgency::now;
  std::optional<Error> error;
  Value value;
};

class EventChannel final : public EventSink, public std::enable_shared_from_this<EventChannel> {
 public:
  // What the channel needs from the engine.
  struct Upstream {
    // A batch was delivered. On the JavaScript thread.
    std::function<void(std::uint64_t token, std::uint64_t bytes)> release;
    // Calls a function on an engine thread after a delay. From any thread.
    std::function<void(Millis, std::function<void()>)> defer;
  };

  // `deliver(ends, ...records)` gets the positions of the line ends in the texts of the records,
  // and the records of a turn or of a part of it.
  static std::shared_ptr<EventChannel> open(Napi::Env env, Napi::Function deliver);
  void connect(Upstream upstream) { upstream_ = std::move(upstream); }
  void close();
  void set_referenced(Napi::Env env, bool referenced);
  // The output of an execution whose end was not delivered yet, or is being delivered, even if
  // retention has dropped its record.
  std::shared_ptr<const CapturedOutput> untold_output(std::uint64_t token) const;

  // ---- Any thread.
  void started(StartedEvent event) override;
  void output(OutputBatch batch) override;
  void echo(EchoEvent event) override;
  void finished(FinishedEvent event) override;
  void removed(RemovedEvent event) override;
  void reply(Reply reply);

 private:
  using Record =
      std::variant<Reply, StartedEvent, OutputBatch, EchoEvent, FinishedEvent, RemovedEvent>;

  static void call_js(napi_env env, napi_value deliver, void* context, void* data);
  static void finalize(napi_env env, void* data, void* context);

  void push(Record record, Urgency urgency);
  bool merge(OutputBatch& batch);
  void wake();
  void wake_for_waiting();
  void wake_if_open();
  struct Turn {
    std::deque<Record> records;
    // It ended early, so that the promises that wait for a reply in it settle first.
    bool cut = false;
  };
  Turn take_turn();
  void end_turn(const Turn& turn);
  void deliver_turn(Napi::Env env, const Napi::Function& deliver, const Turn& turn);
  void release_turn(const Turn& turn);

  // Set once, before the engine reports anything.
  Upstream upstream_;

  // JavaScript thread only.
  std::unique_ptr<LineEnds> line_ends_;

  // Guarded by the mutex, a leaf: no other mutex of the engine is locked while it is held.
  mutable std::mutex mutex_;
  std::deque<Record> queue_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const CapturedOutput>> untold_outputs_;
  bool woken_ = false;
  bool wakes_soon_ = false;
  bool closed_ = false;
  napi_threadsafe_function function_ = nullptr;
};

}  // namespace escher::binding
