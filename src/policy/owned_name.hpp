// The names of the directories and files of an engine, which contain their owner. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/id.hpp"
#include "model/status.hpp"

namespace escher {

// The PID and the start time, which together identify a process.
struct Owner {
  int pid = 0;
  std::uint64_t started = 0;  // 0 = unknown on this system
};

// The caller appends a unique suffix to both.
std::string owned_name(const Owner& owner);
// For a directory that is kept after its owner has ended.
std::string kept_name();
// The owner in a name that begins like `owned_name`, or nothing.
std::optional<Owner> owner_in(std::string_view name);

std::string overflow_name(const ExecutionId& id, Stream stream);
bool is_overflow_name(std::string_view name);

}  // namespace escher
