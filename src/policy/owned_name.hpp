// The names of an engine's own directories and files, and what they tell of their owner. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/id.hpp"
#include "model/status.hpp"

namespace escher {

// A process, named for good.
struct Owner {
  int pid = 0;
  std::uint64_t started = 0;  // 0 = the system does not tell
};

// To both something is added that makes them unique.
std::string owned_name(const Owner& owner);
// Of a directory that outlasts its owner.
std::string kept_name();
// Nothing for a name that `owned_name` did not begin.
std::optional<Owner> owner_in(std::string_view name);

std::string overflow_name(const ExecutionId& id, Stream stream);
bool is_overflow_name(std::string_view name);

}  // namespace escher
