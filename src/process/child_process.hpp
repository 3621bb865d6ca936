// A launched process: its exit, its signals and its process group. It sends signals only while they
// cannot reach another process that reused the number, and no other code reaps. Made on the spawn
// thread, then owned by an Execution and used on its strand only.
//
// Windows: the group is the job, which holds all descendants.
//
// It waits by itself: a basic_process of Boost.Process reaps at once, returns no resource usage,
// does not give its pidfd out, and after a spurious readiness blocks the io thread (decision 001).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "model/result.hpp"
#include "process/strand.hpp"
#include "process/watchdog.hpp"

namespace escher {

namespace windows {
class Job;
}

class ChildProcess {
 public:
  struct Ended {
    ExitStatus status;
    ResourceUsage usage;
  };

  // Takes ownership of the descriptor of the process (Linux: a pidfd; macOS: a kqueue) or of its
  // handle. -1: there is none, and a thread waits for the exit.
  ChildProcess(const Strand& strand, int pid, std::intptr_t native_handle,
               Watchdog::Session session = {});
  // Windows: also the job that its whole tree is in.
  ChildProcess(const Strand& strand, int pid, std::intptr_t native_handle,
               std::shared_ptr<windows::Job> job);
  // The process must have been reaped.
  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;

  int pid() const;

  // Calls `handler` on the strand when the process has exited. It remains a zombie until `reap`, so
  // that the numbers of the process and of its group cannot be reused before.
  void async_wait_exit(std::function<void()> handler);

  // Sends a signal to the process group. False: no process received it, since none is left or all
  // belong to another user.
  bool signal_group(int signal);

  // To the process alone. False: it has exited, or did not receive it.
  bool signal(int signal);

  // After the exit: whether another process of the group lives.
  bool group_alive();

  // After the exit: takes the status and the resource usage, and releases the number.
  Ended reap();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
