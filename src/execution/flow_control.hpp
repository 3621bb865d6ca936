// Backpressure: bounds the bytes that the consumer has not taken yet, over the whole engine. Beyond
// the limit no pipe is read, so the children block in their writes.
//
// An execution with nothing outstanding may always read one more chunk, so a consumer that holds
// back the lines of one execution cannot starve another. And no execution reads further ahead than
// its window: more costs memory and cache misses, and gains nothing.
//
// Any thread. One mutex, a leaf: no callback runs under it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "model/thread_annotations.hpp"

namespace escher {

class FlowControl {
 public:
  // Enough for a few turns of the event loop.
  static constexpr std::uint64_t kWindow = 2 * 1024 * 1024;

  explicit FlowControl(std::uint64_t limit, std::uint64_t window = kWindow)
      : limit_(limit), window_(std::min(window, limit)) {}

  // `resume` is called, on any thread, when reading may go on after `may_read` returned false.
  void open(std::uint64_t token, std::function<void()> resume);
  // No more output will come; outstanding bytes count until they are released.
  void close(std::uint64_t token);

  bool may_read(std::uint64_t token);
  // Handed to the consumer.
  void add(std::uint64_t token, std::uint64_t bytes);
  // Taken by the consumer.
  void release(std::uint64_t token, std::uint64_t bytes);

  std::uint64_t outstanding() const { return outstanding_.load(std::memory_order_relaxed); }

 private:
  struct Account {
    std::uint64_t outstanding = 0;
    bool waiting = false;
    bool closed = false;
    std::function<void()> resume;
  };
  using Accounts = std::unordered_map<std::uint64_t, Account>;
  using Resumes = std::vector<std::function<void()>>;

  // Half of the limit, so that reading resumes for a while and not for every byte.
  bool has_room() const { return outstanding() <= limit_ / 2; }
  bool may_resume(const Account& account) const {
    return account.outstanding == 0 || (has_room() && account.outstanding <= window_ / 2);
  }
  void resume_all(Resumes& resumes) ESCHER_REQUIRES(mutex_);

  const std::uint64_t limit_;
  const std::uint64_t window_;
  // Changed under the mutex, read without it.
  std::atomic<std::uint64_t> outstanding_{0};
  Mutex mutex_;
  Accounts accounts_ ESCHER_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> waiting_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
