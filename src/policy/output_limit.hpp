// What is said where output was cut because it grew over its limit. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/status.hpp"

namespace escher {

// The one line that follows output cut to `limit` bytes, with the line break before it where `kept`
// does not end in one.
std::string truncation_warning(std::string_view kept, Stream stream, std::uint64_t limit);

}  // namespace escher
