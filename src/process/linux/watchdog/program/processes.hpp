// What one pass over the process table has found. For the watchdog; without the C++ runtime.
#pragma once

#include <stdlib.h>
#include <sys/types.h>

#include "process/linux/proc/process_entry.hpp"

namespace escher::watchdog {

using posix::ProcessFacts;

struct Found {
  ProcessFacts facts;
  bool doomed = false;
};

struct Processes {
  Found* list = nullptr;
  size_t count = 0;
  size_t room = 0;

  bool is_empty() const { return count == 0; }

  bool add(const Found& found) {
    if (count == room) {
      const size_t wider = room == 0 ? 1024 : room * 2;
      void* moved = ::realloc(list, wider * sizeof(Found));
      if (moved == nullptr) return false;
      list = static_cast<Found*>(moved);
      room = wider;
    }
    list[count++] = found;
    return true;
  }
};

inline const Found* find(const Processes& processes, pid_t pid) {
  for (size_t i = 0; i < processes.count; ++i) {
    if (processes.list[i].facts.pid == pid) return &processes.list[i];
  }
  return nullptr;
}

inline bool was_doomed(const Processes& before, const ProcessFacts& facts) {
  const Found* found = find(before, facts.pid);
  return found != nullptr && found->doomed && found->facts.started == facts.started;
}

}  // namespace escher::watchdog
