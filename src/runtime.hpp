// The threads of one engine: io threads that run everything but launching, and the one spawn
// thread, which lives as long as the engine because children are bound to the thread that launched
// them. All signals are blocked on all of them: they are the host's business. Owned by the engine.
// `start` and `join` on the owner's thread, the rest on any.
// Every io thread has an io_context of its own: shared by several threads, one would hand each
// event of an execution on to whichever thread is free, at the price of a futex and a switch each
// time.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "process/strand.hpp"

namespace escher {

class Runtime {
 public:
  explicit Runtime(std::size_t io_threads);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // The first io thread: for what belongs to no execution.
  boost::asio::io_context& io() { return *io_.front(); }
  // Run by the spawn thread alone, so it is a queue and a strand at once.
  boost::asio::io_context& spawner() { return spawner_; }
  // One thread for what takes time and holds nobody up: the process table, old files.
  boost::asio::io_context& worker() { return worker_; }
  // The io threads in turn.
  Strand make_strand();

  void start();
  // Lets the threads end: at once with `abandon_work`, else when nothing is left to do. Idempotent.
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
