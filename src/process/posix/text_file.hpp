// Small files of the system as text. By hand: one std::ifstream brings all of the locales of
// libstdc++ along, a third of the binary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace escher::posix {

// Empty where it cannot be read.
std::string contents_of(const std::string& path);
// From where the descriptor stands.
std::string contents_of(int fd);

// Without their separators; empty ones are left out.
std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace escher::posix
