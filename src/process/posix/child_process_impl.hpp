// What a ChildProcess is made of on POSIX; for the launcher, which makes it, and child_process.cpp.
#pragma once

#include <sys/types.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <optional>
#include <thread>

#include "process/child_process.hpp"
#include "process/guard.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {

class ChildProcess::Impl : public std::enable_shared_from_this<Impl> {
 public:
  // `pidfd` may be empty: then a thread of its own waits for the exit.
  Impl(const Strand& strand, pid_t pid, UniqueFd pidfd, Guard::Session session = {});
  ~Impl();

  pid_t pid() const { return pid_; }
  void async_wait_exit(std::function<void()> handler);
  bool signal_tree(int signal);
  bool tree_alive();
  Ended reap();

 private:
  bool has_exited() const;
  void wait_on_pidfd(std::function<void()> handler);
  void wait_on_thread(std::function<void()> handler);
  // Nothing where the kernel cannot; else whether somebody got it.
  std::optional<bool> signal_group_by_pidfd(int signal);

  Strand strand_;
  pid_t pid_;
  boost::asio::posix::basic_stream_descriptor<Strand> pidfd_;
  std::thread waiter_;
  std::optional<Ended> ended_;
  Guard::Session session_;  // while the number is held
};

}  // namespace escher
