// What the engine and its guard share: a page of memory that names the sessions of the running
// executions, so that the guard finds those of their descendants that have cleared their
// environment. The engine writes it with plain stores, which outlast its death.
#pragma once

#include <cstddef>
#include <cstdint>

namespace escher::posix {

struct SessionTable {
  // What is launched beyond is found by its marker only.
  static constexpr std::size_t kSlots = 16 * 1024 - 1;

  std::uint32_t used = 0;             // slots that were ever taken
  std::int32_t leaders[kSlots] = {};  // 0 = free
};

}  // namespace escher::posix
