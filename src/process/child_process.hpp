// A launched process: its end, its signals, its process group. Signals go out only while they
// cannot hit a stranger, and exactly one place reaps. Made on the spawn thread, then owned by an
// Execution and used on its strand only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "model/result.hpp"
#include "process/strand.hpp"

namespace escher {

class ChildProcess {
 public:
  struct Ended {
    ExitStatus status;
    ResourceUsage usage;
  };

  class Impl;
  explicit ChildProcess(std::shared_ptr<Impl> impl);
  // Has to be reaped by then.
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;

  int pid() const;

  // Calls `handler` on the strand once the process has exited. It stays a zombie until `reap`, so
  // its number and that of its process group cannot be given to others meanwhile.
  void async_wait_exit(std::function<void()> handler);

  // One signal to the process group. False = nobody is there to get it.
  bool signal_tree(int signal);

  // After the exit: whether others of its process group still live.
  bool tree_alive();

  // After the exit: takes the status and the resource usage, and lets the number go.
  Ended reap();

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
