// Finds the line breaks in large texts. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace escher {

std::uint64_t count_newlines(std::string_view bytes);

// Appends the position of every '\n' in `bytes`, plus `base`.
void append_newlines(std::string_view bytes, std::uint32_t base,
                     std::vector<std::uint32_t>& positions);

}  // namespace escher
