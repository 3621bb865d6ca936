#include "policy/windows_environment.hpp"

#include <map>

#include "policy/windows_paths.hpp"

namespace escher::windows {
namespace {

// The name may begin with '=': so do the variables with the directories of the drives.
std::string key_of(std::string_view entry) {
  const std::size_t sign = entry.find('=', 1);
  return upper(entry.substr(0, sign));
}

}  // namespace

std::string environment_block(const std::vector<std::string>& entries, std::string_view added) {
  std::map<std::string, std::string_view> by_name;
  for (const std::string& entry : entries) {
    if (!entry.empty()) by_name[key_of(entry)] = entry;
  }
  if (!added.empty()) by_name[key_of(added)] = added;
  std::string block;
  for (const auto& [name, entry] : by_name) block.append(entry).append(1, '\0');
  // An empty block needs two.
  if (block.empty()) block.append(1, '\0');
  return block.append(1, '\0');
}

}  // namespace escher::windows
