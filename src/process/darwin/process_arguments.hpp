// What sysctl(KERN_PROCARGS2) returns of a process. Pure, so that it is tested on every system; any
// thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace escher::posix {

// `text` from behind its first NUL on; empty if there is none.
inline std::string_view behind_string(std::string_view text) {
  const auto end = text.find('\0');
  return end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
}

// The entries `NAME=value` of the environment, each with its NUL. The block is: the number of the
// arguments, the path of the program, padding of NULs, the arguments, the environment, and after an
// empty string what the kernel adds. Empty if the block has none: the kernel leaves the environment
// of a protected program out.
inline std::string_view environment_in(std::string_view block) {
  std::int32_t arguments = 0;
  if (block.size() < sizeof arguments) return {};
  std::memcpy(&arguments, block.data(), sizeof arguments);
  std::string_view rest = behind_string(block.substr(sizeof arguments));
  while (!rest.empty() && rest.front() == '\0') rest.remove_prefix(1);
  for (; arguments > 0 && !rest.empty(); --arguments) rest = behind_string(rest);
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != '\0') {
    const auto end = rest.find('\0', size);
    if (end == std::string_view::npos) break;
    size = end + 1;
  }
  return rest.substr(0, size);
}

// The value of the first entry with this name, as getenv finds it; empty if there is none.
inline std::string_view variable_in(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::string_view entry = environment.substr(0, environment.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
    environment = behind_string(environment);
  }
  return {};
}

}  // namespace escher::posix
