// The memory that an engine shares with its watchdog: the session leaders of its running
// executions. With it the watchdog finds descendants that have cleared their environment. The
// engine writes it with atomic stores on any thread; the memory survives the death of the host.
#pragma once

#include <cstddef>
#include <cstdint>

namespace escher::posix {

struct SessionTable {
  // Beyond that number, executions are found by their marker only.
  static constexpr std::size_t kSlots = 16 * 1024 - 1;

  struct Slot {
    std::int32_t leader = 0;  // 0 = free
    // The leader was started between these two, in clock ticks since boot. Without them the number
    // could belong to a process that reuses it.
    std::uint64_t since = 0;
    std::uint64_t until = 0;

    bool matches(std::int32_t pid, std::uint64_t started) const {
      return leader == pid && since <= started && started <= until;
    }
  };

  std::uint32_t used = 0;  // slots that were ever taken
  Slot slots[kSlots];
};

}  // namespace escher::posix
