// Bounds what the consumer has not taken yet, over the whole engine: beyond the limit no pipe is
// read, and the children wait.
//
// An execution of which nothing is outstanding may always read one more chunk. So a consumer that
// sits on the lines of one execution cannot starve another whose lines it would take. And none
// reads further ahead than its window: more only costs memory, and cache misses on the way.
//
// Any thread. One mutex, a leaf: nothing is called under it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace escher {

class FlowControl {
 public:
  // Enough for a few turns of the event loop.
  static constexpr std::uint64_t kWindow = 2 * 1024 * 1024;

  explicit FlowControl(std::uint64_t limit, std::uint64_t window = kWindow)
      : limit_(limit), window_(std::min(window, limit)) {}

  // `resume` is called, on any thread, when reading may go on after `may_read` said no.
  void open(std::uint64_t token, std::function<void()> resume);
  // No more output will come; what is outstanding still counts until it is released.
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

  // Reading goes on only when there is room again for a while, not for every byte.
  bool has_room() const { return outstanding() <= limit_ / 2; }
  bool may_go_on(const Account& account) const {
    return account.outstanding == 0 || (has_room() && account.outstanding <= window_ / 2);
  }
  void resume_all(Resumes& resumes);

  const std::uint64_t limit_;
  const std::uint64_t window_;
  std::atomic<std::uint64_t> outstanding_{0};
  std::mutex mutex_;
  Accounts accounts_;
  std::vector<std::uint64_t> waiting_;
};

}  // namespace escher
