// Code that runs in the child between clone and execve: in the memory of the host, on a separate
// stack, while the thread that created the child waits.
#pragma once

#include <unistd.h>

// Sanitizers must not instrument it: their records of stacks and threads would mistake the child
// for the host.
#define ESCHER_IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread"), noinline))

namespace escher::posix {

// What the child reports through the shared memory. `step` stays null if execve succeeded.
struct ChildReport {
  const char* step = nullptr;
  int os_error = 0;
};

// What the child runs. It returns after a report only.
struct ChildBody {
  void (*run)(void* context, ChildReport* report);
  void* context;
};

// System calls go through syscall(): the wrappers of libc take locks, signal the other threads of
// the host, or are intercepted by sanitizers.
ESCHER_IN_CHILD inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0,
                                 long e = 0) {
  return ::syscall(number, a, b, c, d, e);
}

ESCHER_IN_CHILD inline long address(const void* pointer) { return reinterpret_cast<long>(pointer); }

}  // namespace escher::posix
