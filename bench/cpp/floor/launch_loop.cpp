#include "floor/launch_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace escher::bench {
namespace {

// Shared by the threads.
struct Progress {
  std::atomic<std::size_t> started{0};
  std::atomic<std::size_t> reaped{0};
};

// The loop of one thread.
class LaunchLoop {
 public:
  LaunchLoop(const LaunchLoad& load, std::size_t concurrency, Progress& progress)
      : load_(load),
        progress_(progress),
        epoll_(static_cast<int>(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))),
        slots_(concurrency) {}

  void run() {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) begin(slot);
    while (alive_ > 0) {
      std::array<epoll_event, 64> events;
      const long count =
          checked(::epoll_wait(epoll_.get(), events.data(), events.size(), -1), "epoll_wait");
      for (long i = 0; i < count; ++i) {
        handle(std::bit_cast<Key>(events[static_cast<std::size_t>(i)].data.u64));
      }
    }
  }

 private:
  enum Source : std::uint32_t { out, err, exit, kSources };

  struct Slot {
    BareChild child;
    std::uint32_t turn = 0;
    std::uint32_t open = 0;  // sources that have not ended
  };

  // Identifies the source of an event. epoll may report a closed descriptor, because the child of
  // another launch holds a copy of it until its exec; EPOLLET limits this to one report.
  struct Key {
    std::uint32_t place;
    std::uint32_t turn;
  };

  void begin(std::size_t index) {
    if (progress_.started.fetch_add(1, std::memory_order_relaxed) >= load_.count) return;
    Slot& slot = slots_[index];
    slot.child = launch_bare(load_.call, {load_.argv});
    ++slot.turn;
    slot.open = kSources;
    ++alive_;
    watch(slot.child.out, index, out);
    watch(slot.child.err, index, err);
    watch(slot.child.pidfd, index, exit);
  }

  void watch(const UniqueFd& fd, std::size_t index, Source source) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = std::bit_cast<std::uint64_t>(
        Key{static_cast<std::uint32_t>(index) * kSources + source, slots_[index].turn});
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl");
  }

  void handle(Key key) {
    Slot& slot = slots_[key.place / kSources];
    UniqueFd& fd = source_of(slot, static_cast<Source>(key.place % kSources));
    if (slot.turn != key.turn || !fd) return;
    if (&fd != &slot.child.pidfd && !at_end(fd)) return;
    fd.reset();
    if (--slot.open > 0) return;
    reap(slot.child);
    progress_.reaped.fetch_add(1, std::memory_order_relaxed);
    --alive_;
    begin(key.place / kSources);
  }

  static UniqueFd& source_of(Slot& slot, Source source) {
    if (source == exit) return slot.child.pidfd;
    return source == out ? slot.child.out : slot.child.err;
  }

  // Reads until the pipe is empty: a read that does not fill the buffer emptied it.
  bool at_end(const UniqueFd& fd) {
    long count = 0;
    do {
      count = checked(::read(fd.get(), buffer_.data(), buffer_.size()), "read");
    } while (static_cast<std::size_t>(count) == buffer_.size());
    return count == 0;
  }

  const LaunchLoad& load_;
  Progress& progress_;
  UniqueFd epoll_;
  std::vector<Slot> slots_;
  std::size_t alive_ = 0;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{64} << 10);
};

}  // namespace

void launch_all(const LaunchLoad& load) {
  if (load.threads == 0 || load.concurrency < load.threads) {
    throw std::invalid_argument("the concurrency must be at least the number of threads");
  }
  Progress progress;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](std::size_t thread) {
    // The remainder of the division goes to the first threads.
    const std::size_t share = (load.concurrency + load.threads - 1 - thread) / load.threads;
    try {
      LaunchLoop(load, share, progress).run();
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < load.threads; ++thread) others.emplace_back(work, thread);
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
  if (progress.reaped != load.count) throw std::runtime_error("a child was lost");
}

}  // namespace escher::bench
