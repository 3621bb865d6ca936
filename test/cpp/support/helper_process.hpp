// A fork of the test for what a test must not do to itself: close its stdio, disable system calls,
// die. It sends lines to the test. It can be created only while the test has no other threads.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "process/posix/unique_fd.hpp"

namespace escher::test {

class HelperProcess {
 public:
  class Channel {
   public:
    explicit Channel(int fd) : fd_(fd) {}
    void send(const std::string& line) const;

   private:
    int fd_;
  };

  // `body` returns the exit code. The message of an exception is sent, and the exit code is 97.
  explicit HelperProcess(const std::function<int(const Channel&)>& body);
  ~HelperProcess();
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line without its newline; empty after the last one.
  std::string read_line();
  void kill();
  // Returns the exit code, or the negated number of the signal that ended the process.
  int wait();

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
  UniqueFd read_end_;
};

}  // namespace escher::test
