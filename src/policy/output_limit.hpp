// The warning in output that exceeded its limit. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/status.hpp"

namespace escher {

// The line that follows output truncated to `limit` bytes. It begins with a line break if `kept`
// does not end with one.
std::string truncation_warning(std::string_view kept, Stream stream, std::uint64_t limit);

}  // namespace escher
