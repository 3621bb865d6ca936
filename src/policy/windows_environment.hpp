// The environment block of a process of Windows. Pure, and tested on every platform; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace escher::windows {

// `NAME=value` entries, each with a NUL after it, and one more at the end. Sorted by name without
// regard to case, as the system needs them; of several entries whose names differ in case only, the
// last one. `added`, an entry or empty, replaces the one of its name. UTF-8.
std::string environment_block(const std::vector<std::string>& entries, std::string_view added);

}  // namespace escher::windows
