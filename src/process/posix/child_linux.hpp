// What a new process does until it has become the command. It runs in the memory of the host, on a
// stack of its own, while the thread that made it waits. For clone_linux.cpp.
#pragma once

#include <sys/types.h>

#include "process/posix/spawn.hpp"

// Sanitizers must not instrument it: their bookkeeping of stacks and threads would take it for the
// parent.
#define ESCHER_IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread"), noinline))

namespace escher::posix {

// What the child tells through the shared memory. `step` stays null when execve worked.
struct Report {
  const char* step = nullptr;
  int os_error = 0;
};

struct ChildArgs {
  const SpawnPlan* plan;  // null: nothing is to be done
  Report* report;
  pid_t host;
  bool moves_into_group = false;
};

// Gets ChildArgs. Does not return: it becomes the command, or exits with a report.
ESCHER_IN_CHILD int child_main(void* pointer);

}  // namespace escher::posix
