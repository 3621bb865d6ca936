// A fork of the test that does what a test must not do to itself: close its stdio, give up system
// calls, die. It tells the test what happened line by line.
// Made only while the test has no other threads.
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
    void tell(const std::string& line) const;

   private:
    int fd_;
  };

  // `body` gives the exit code; an exception is told, and gives 97.
  explicit HelperProcess(const std::function<int(const Channel&)>& body);
  ~HelperProcess();
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line without its end; empty at the end of all.
  std::string read_line();
  void kill();
  // The exit code; minus the number of the signal that ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
  UniqueFd read_end_;
};

}  // namespace escher::test
