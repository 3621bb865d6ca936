// Keeps every event, for a test to wait on and to look at.
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

// What was told of one execution.
struct Seen {
  std::string order;  // a letter an event: (S)tarted, (O)utput, (F)inished
  std::optional<StartedEvent> started;
  std::vector<OutputBatch> batches;
  std::shared_ptr<const ExecutionResult> result;

  // The lines of a stream as text again; partial ones are joined with what follows them.
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
  void finished(FinishedEvent event) override {
    record(event.token, 'F', [&](Seen& seen) {
      ++finished_count_;
      seen.result = std::move(event.result);
    });
  }

  // Waits until `fact()`, called under the lock, is true. Calls `idle(lock)` first of all and after
  // every change; true = it has let go of the lock, so that something may have changed meanwhile.
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

  // Changes something under the lock, and lets the waiting ones look again.
  template <typename Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  // ---- Under the lock, thus in `wait` and `change`; or when nothing runs any more.
  Seen& seen(std::uint64_t token) { return seen_[token]; }
  std::size_t finished_count() const { return finished_count_; }
  // Ends of different executions may be told in another order than they came.
  const std::vector<std::uint64_t>& start_order() const { return start_order_; }
  std::uint64_t delivered() const { return delivered_; }
  // What was delivered and not given back yet, by token; the caller gives it back.
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
  std::size_t finished_count_ = 0;
  std::map<std::uint64_t, std::uint64_t> owed_;
  std::uint64_t delivered_ = 0;
};

}  // namespace escher::test
