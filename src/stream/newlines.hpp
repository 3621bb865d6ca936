// Finds line breaks in large pieces of text. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace escher {

std::uint64_t count_newlines(std::string_view bytes);

// Appends the place of every '\n' in `bytes`, counted from `base`.
void append_newlines(std::string_view bytes, std::uint32_t base,
                     std::vector<std::uint32_t>& places);

}  // namespace escher
