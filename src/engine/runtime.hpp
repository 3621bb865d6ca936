// The threads of one engine: io threads that run everything but launches, one spawn thread that
// launches, and one worker thread for slow work. The spawn thread lives as long as the engine,
// because a parent-death signal is bound to the thread that launched the child. All signals are
// blocked on all threads: the host handles them. Owned by the engine. `start` and `join` on the
// owner's thread, the rest on any.
//
// Every io thread has an io_context of its own. A shared one would pass each event of an execution
// to any idle thread, at the price of a futex call and a context switch each time.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "model/time.hpp"
#include "process/strand.hpp"

namespace escher {

class Runtime {
 public:
  explicit Runtime(std::size_t io_threads);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // The first io thread, for work that belongs to no execution.
  boost::asio::io_context& io() { return *io_.front(); }
  // Run by the spawn thread only, so it is a queue and a strand at once.
  boost::asio::io_context& spawner() { return spawner_; }
  // Run by the worker thread only: slow work that no execution waits for, such as reading the
  // process table and removing old files.
  boost::asio::io_context& worker() { return worker_; }
  // Assigns the io threads in turn.
  Strand make_strand();
  // Calls `function` on the first io thread after `delay`.
  void defer(Millis delay, std::function<void()> function);

  void start();
  // Ends the threads: at once with `abandon_work`, else when no work is left. Idempotent.
  void join(bool abandon_work);

 private:
  using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::vector<std::unique_ptr<boost::asio::io_context>> io_;
  boost::asio::io_context spawner_;
  boost::asio::io_context worker_;
  std::atomic<std::size_t> strands_{0};
  std::vector<WorkGuard> io_work_;
  std::optional<WorkGuard> spawner_work_;
  std::optional<WorkGuard> worker_work_;
  std::vector<std::thread> threads_;
  std::thread spawn_thread_;
  std::thread worker_thread_;
};

}  // namespace escher
