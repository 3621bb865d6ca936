// The process table of Linux, one process at a time: what it is, whether it bears a marker, and a
// signal that can reach nobody else. For the engine and for its guard, a program without the C++
// library: so nothing here allocates, and files are plain descriptors.
//
// A process is held by its directory in /proc. That refers to the process itself: once it is gone,
// whoever gets its number has another directory. Linux 5.1 takes it where it takes a pidfd.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace escher::posix {

struct ProcessFacts {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  char state = '?';  // as in /proc: 'R', 'S', 'D', 'T', 'Z'…
  // In ticks since the start of the machine. With the number it names a process for good.
  unsigned long long started = 0;
  unsigned long memory = 0;  // bytes of address space; 0: a thread of the kernel, or a zombie

  bool lives() const { return state != 'Z' && state != 'X'; }
};

// The directory of all processes; -1 where there is none.
int open_process_table();

// The next number in the table behind `position`, which starts with 0 and is moved on; 0 at its
// end. `table` is the descriptor above; `buffer` belongs to the caller between the calls.
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

// -1: it is gone, or there is no descriptor.
int open_process(int table, pid_t pid);
bool read_process(int process, ProcessFacts* facts);

// How long one look at the table waits, altogether, for those in the middle of their execve.
struct ExecPatience {
  long left_us = 500'000;
};

// The environment, as it was at the last execve, in one read, so that it is of one program: at most
// `size` bytes of it. 0: it is empty, or may not be read. From the moment execve took the old
// memory away until it has laid out the new one a process shows none. That is waited for: else a
// descendant that happens to be there would be taken for somebody else's.
long read_environment(int process, const ProcessFacts& facts, char* buffer, std::size_t size,
                      ExecPatience* patience);

// False: it is gone, or it is not ours to signal.
bool signal_process(int process, const ProcessFacts& facts, int signal);

}  // namespace escher::posix
