// Small files of the system as text. Any thread. Not std::ifstream, which would link all locales of
// libstdc++, a third of the binary.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace escher::posix {

// The whole file; empty if it cannot be read.
std::string contents_of(const std::string& path);
// From the current position of the descriptor.
std::string contents_of(int fd);

// Without separators; empty parts are left out.
std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string_view line);

}  // namespace escher::posix
