// The process table of Linux, one process at a time: its facts, its environment, and a signal that
// reaches no other process. For the engine and for its watchdog, which is a program without the C++
// runtime: nothing here allocates, and files are plain descriptors that the caller closes. Any
// thread.
//
// A process is identified by its directory in /proc. The descriptor of that directory refers to the
// process itself: after its end it does not refer to another process that reuses the number. Linux
// 5.1 accepts it in place of a pidfd.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "policy/limit_mark.hpp"

namespace escher::posix {

struct ProcessFacts {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';  // of the first thread, as in /proc: 'R', 'S', 'D', 'T', 'Z'…
  int threads = 0;
  // Clock ticks since boot. Together with the number it identifies a process for good.
  unsigned long long started = 0;
  unsigned long memory =
      0;  // bytes of address space; 0 = a kernel thread, or an ended first thread

  // A first thread that has ended looks like a zombie, although other threads run on.
  bool lives() const { return has_first_thread() || threads > 1; }
  bool has_first_thread() const { return state != 'Z' && state != 'X'; }
};

// The descriptor of /proc; -1 if it cannot be opened, or if its numbers are those of another PID
// namespace.
int open_process_table();

// Whether /proc shows the processes of this PID namespace, this one included.
bool sees_own_process();

// Iterates over the numbers among the entries of a directory: of processes in /proc, or of
// descriptors in `/proc/<pid>/fd`. `next` skips 0, and returns 0 at the end. The caller owns the
// descriptor `table`.
class ProcessNumbers {
 public:
  explicit ProcessNumbers(int table) : table_(table) {}
  pid_t next();

 private:
  int table_;
  long filled_ = 0;
  long at_ = 0;
  alignas(8) char buffer_[16 * 1024];
};

// The directory of a process; -1 if the process is gone or no descriptor is free.
int open_process(int table, pid_t pid);
// False: the process is gone.
bool read_process(int process, ProcessFacts* facts);

// The directory of a thread that lives, which shows the environment and the descriptors of the
// process after its first thread has ended. -1: there is none.
int open_live_thread(int process, const ProcessFacts& facts);

// The present in the unit of `ProcessFacts::started`, rounded as the kernel does.
unsigned long long current_tick();

// How long one pass over the table may wait, in total, for processes that are in the middle of
// execve.
struct ExecPatience {
  long left_us = 500'000;
};

// The value of `name` among the entries `NAME=value` of an environment, each with its NUL: the
// first one, as getenv finds it. Its length goes to `size`. Null: there is none.
const char* find_variable(const char* environment, std::size_t environment_size, const char* name,
                          std::size_t* size);

// Reads at most `size` bytes of the environment that the process got at its last execve, with one
// read, so that all bytes belong to one program. Negative: it may not be read. While execve
// replaces the memory, a process shows no environment, so this waits for it. Otherwise a descendant
// in the middle of execve would look like an unrelated process.
long read_environment(int process, const ProcessFacts& facts, char* buffer, std::size_t size,
                      ExecPatience* patience);

// The limits that have the mark of policy/limit_mark.hpp; both are 0 if there is none, or if they
// cannot be read.
limit_mark::Limits read_mark(int process, const ProcessFacts& facts);

// False: the process is gone, or may not be signalled.
bool signal_process(int process, const ProcessFacts& facts, int signal);

}  // namespace escher::posix
