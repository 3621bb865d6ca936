// Which processes are in a session of an execution. For the watchdog; without the C++ runtime.
#pragma once

#include "process/linux/watchdog/program/processes.hpp"
#include "process/linux/watchdog/session_table.hpp"

namespace escher::watchdog {

using posix::SessionTable;

// The sessions of the executions. The number of a session is reused once it has no process any
// more. While it has one, the number is held, even after the end of its leader.

inline const SessionTable::Slot* slot_of(const SessionTable* table, pid_t session) {
  if (table == nullptr || session <= 0) return nullptr;
  for (size_t i = 0; i < table->used && i < SessionTable::kSlots; ++i) {
    if (table->slots[i].leader == session) return &table->slots[i];
  }
  return nullptr;
}

struct Sessions {
  const SessionTable* table;
  // When the host had ended. Until then it held the numbers.
  unsigned long long held_until;

  // Without its leader a session is known by a member that was there before: one that was doomed in
  // the look before this one, or that is older than the end of the host.
  bool is_watched(const Processes& now, const Processes& before, pid_t session) const {
    const auto* slot = slot_of(table, session);
    if (slot == nullptr) return false;
    if (const Found* leader = find(now, session)) {
      return slot->matches(session, leader->facts.started);
    }
    for (size_t i = 0; i < now.count; ++i) {
      const ProcessFacts& facts = now.list[i].facts;
      if (facts.session != session) continue;
      if (before.is_empty() ? facts.started <= held_until : was_doomed(before, facts)) return true;
    }
    return false;
  }
};

}  // namespace escher::watchdog
