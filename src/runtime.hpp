// The threads of one engine: io threads that run everything but launching, and the one spawn
// thread, which lives as long as the engine because children are bound to the thread that launched
// them. All signals are blocked on all of them: they are the host's business. Owned by the engine.
// `start` and `join` on the owner's thread, the rest on any.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
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

  boost::asio::io_context& io() { return io_; }
  // Run by the spawn thread alone, so it is a queue and a strand at once.
  boost::asio::io_context& spawner() { return spawner_; }
  Strand make_strand() { return Strand(io_.get_executor()); }

  void start();
  // Lets the threads end: at once with `abandon_work`, else when nothing is left to do. Idempotent.
  void join(bool abandon_work);

 private:
  using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::size_t io_threads_;
  boost::asio::io_context io_;
  boost::asio::io_context spawner_;
  std::optional<Guard> io_work_;
  std::optional<Guard> spawner_work_;
  std::vector<std::thread> threads_;
  std::thread spawn_thread_;
};

}  // namespace escher
