// Facts about this process and about others, as the system reports them.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "process/posix/unique_fd.hpp"

namespace escher::test {

std::set<int> open_descriptors();

// The children of this process, zombies included.
std::vector<pid_t> own_children();

// As in /proc: 'R', 'S', 'T' for stopped, 'Z' for a zombie; 0 if there is no such process.
char state_of(pid_t pid);

// The arguments, joined by spaces; empty if there is no such process.
std::string command_line(pid_t pid);

// Blocks until a child of this process has stopped. Leaves its status to the code that reaps it.
void wait_stopped(pid_t child);

// Refers to one process, a child or not, and kills it in the destructor.
class ProcessWatch {
 public:
  explicit ProcessWatch(pid_t pid);
  ProcessWatch(ProcessWatch&&) noexcept = default;
  ProcessWatch& operator=(ProcessWatch&&) noexcept = default;
  ~ProcessWatch();

  pid_t pid() const { return pid_; }
  bool lives() const;
  void wait_gone() const;
  void signal(int number) const;

 private:
  pid_t pid_;
  UniqueFd pidfd_;
};

}  // namespace escher::test
