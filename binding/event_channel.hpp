// The way of events and replies from the engine's threads to JavaScript: one queue, one
// ThreadSafeFunction, one wake-up in flight.
//
// The rules of the ThreadSafeFunction's life:
//  1. It is made on the JavaScript thread, unreferenced: an idle engine keeps no process alive.
//  2. Engine threads call it only under the mutex, and only while the channel is open.
//  3. `close` is called on the JavaScript thread; it shuts the channel under the mutex and releases
//     the function, which is not touched again after that.
//  4. When the environment goes, the engine's cleanup hook closes the channel. Hooks run last in,
//     first out, and the engine's is added after the function was made: so it runs before Node
//     frees the function by itself.
//  5. The function's context holds the channel, until the function's finalizer lets it go.
//  6. A call may arrive without an environment, or while JavaScript may not run any more: then
//  nothing
//     is delivered, and nothing is thrown.
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

// Whether the event loop is woken for a record at once, or soon: with the next one that is urgent.
enum class Urgency : std::uint8_t { now, soon };

// The answer to a call that took its time.
struct Reply {
  using Value = std::variant<std::monostate, bool, double, std::vector<OutputBatch>,
                             std::vector<RecoveredExecution>>;
  double ticket = 0;
  // Who waits for it is to hear it before anything that comes behind it.
  bool heard_first = false;
  Urgency urgency = Urgency::now;
  std::optional<Error> error;
  Value value;
};

class EventChannel final : public EventSink, public std::enable_shared_from_this<EventChannel> {
 public:
  // What the channel asks of the engine.
  struct Upstream {
    // A batch was delivered. On the JavaScript thread.
    std::function<void(std::uint64_t token, std::uint64_t bytes)> release;
    // Calls a function on an engine thread, after a while. From any thread.
    std::function<void(Millis, std::function<void()>)> defer;
  };

  // ---- The JavaScript thread.
  // `deliver(ends, ...records)`: where the lines of the records' texts end, and the records of a
  // turn or of a part of it.
  static std::shared_ptr<EventChannel> open(Napi::Env env, Napi::Function deliver);
  void connect(Upstream upstream) { upstream_ = std::move(upstream); }
  void close();
  void set_referenced(Napi::Env env, bool referenced);
  // The output of an execution whose end is not told yet, or is being told right now, whatever
  // retention has done to its record meanwhile.
  std::shared_ptr<const CapturedOutput> untold_output(std::uint64_t token) const;

  // ---- Any thread.
  void started(StartedEvent event) override;
  void output(OutputBatch batch) override;
  void finished(FinishedEvent event) override;
  void reply(Reply reply);

 private:
  using Record = std::variant<Reply, StartedEvent, OutputBatch, FinishedEvent>;

  static void call_js(napi_env env, napi_value deliver, void* context, void* data);
  static void finalize(napi_env env, void* data, void* context);

  void push(Record record, Urgency urgency);
  bool merge(OutputBatch& batch);
  void wake();
  void wake_for_waiting();
  void wake_if_open();
  struct Turn {
    std::deque<Record> records;
    // It ended early, for those who wait for a reply in it to hear it.
    bool cut = false;
  };
  Turn take_turn();
  void end_turn(const Turn& turn);
  void deliver_turn(Napi::Env env, const Napi::Function& deliver, const Turn& turn);
  void release_turn(const Turn& turn);

  // Set once, before the engine reports anything.
  Upstream upstream_;

  // The JavaScript thread's.
  std::unique_ptr<LineEnds> line_ends_;

  // Under the mutex, a leaf.
  mutable std::mutex mutex_;
  std::deque<Record> queue_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const CapturedOutput>> untold_outputs_;
  bool woken_ = false;
  bool wakes_soon_ = false;
  bool closed_ = false;
  napi_threadsafe_function function_ = nullptr;
};

}  // namespace escher::binding
