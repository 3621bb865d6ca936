// Records all events. Tests wait for them and examine them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "support/waiting.hpp"

namespace escher::test {

// The events of one execution.
struct Seen {
  std::string order;  // a letter per event: S for started, O for output, E for echo, F for finished
  std::optional<StartedEvent> started;
  std::vector<OutputBatch> batches;
  std::vector<EchoEvent> echoes;
  std::shared_ptr<const ExecutionResult> result;

  // The output of a stream. A partial line is joined with the line that continues it.
  std::string text(Stream stream = Stream::out) const {
    std::string text;
    for (const auto& batch : batches) {
      if (batch.stream != stream) continue;
      text += batch.text;
      if (!batch.partial) text += '\n';
    }
    return text;
  }
};

class RecordingSink final : public EventSink {
 public:
  void started(StartedEvent event) override {
    record(event.token, 'S', [&](Seen& seen) {
      start_order_.push_back(event.token);
      seen.started = std::move(event);
    });
  }
  void output(OutputBatch batch) override {
    record(batch.token, 'O', [&](Seen& seen) {
      owed_[batch.token] += batch.weight();
      delivered_ += batch.weight();
      seen.batches.push_back(std::move(batch));
    });
  }
  void echo(EchoEvent event) override {
    record(event.token, 'E', [&](Seen& seen) { seen.echoes.push_back(event); });
  }
  void finished(FinishedEvent event) override {
    record(event.token, 'F', [&](Seen& seen) {
      ++finished_count_;
      seen.result = std::move(event.result);
    });
  }

  void removed(RemovedEvent event) override {
    change([&] {
      for (auto& entry : event.entries) removed_.push_back(std::move(entry));
    });
  }

  // Waits until `fact()`, called under the lock, returns true. Calls `idle(lock)` first and after
  // every change; `idle` returns true if it released the lock, because events can arrive then.
  template <typename Fact, typename Idle>
  void wait(const std::string& what, Fact fact, Idle idle) {
    const auto deadline = std::chrono::steady_clock::now() + kHangGuard;
    std::unique_lock lock(mutex_);
    for (;;) {
      const bool was_unlocked = idle(lock);
      if (fact()) return;
      if (was_unlocked) continue;
      if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) throw Hung(what);
    }
  }

  // Calls `change` under the lock and wakes the waiting threads.
  template <typename Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  // ---- Under the lock, that is in `wait` and `change`, or when no other thread runs.
  Seen& seen(std::uint64_t token) { return seen_[token]; }
  std::size_t finished_count() const { return finished_count_; }
  // The tokens in the order of their `started` events.
  const std::vector<std::uint64_t>& start_order() const { return start_order_; }
  const std::vector<RemovedEvent::Entry>& removed_entries() const { return removed_; }
  std::uint64_t delivered() const { return delivered_; }
  // The delivered bytes that are not released, by token. The caller must release them.
  std::map<std::uint64_t, std::uint64_t> take_owed() { return std::exchange(owed_, {}); }

 private:
  template <typename Keep>
  void record(std::uint64_t token, char letter, Keep keep) {
    change([&] {
      Seen& seen = seen_[token];
      seen.order += letter;
      keep(seen);
    });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Seen> seen_;
  std::vector<std::uint64_t> start_order_;
  std::vector<RemovedEvent::Entry> removed_;
  std::size_t finished_count_ = 0;
  std::map<std::uint64_t, std::uint64_t> owed_;
  std::uint64_t delivered_ = 0;
};

}  // namespace escher::test
