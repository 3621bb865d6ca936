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

// Whether its environment, as it was at its last execve, holds `text`. False where it may not be
// read. `buffer` is longer than `text` by far.
bool environment_holds(int process, const char* text, std::size_t size, char* buffer,
                       std::size_t buffer_size);

// False: it is gone, or it is not ours to signal.
bool signal_process(int process, const ProcessFacts& facts, int signal);

}  // namespace escher::posix
