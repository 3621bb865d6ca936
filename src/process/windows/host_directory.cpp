#include "process/windows/host_directory.hpp"

#include "policy/windows_paths.hpp"

namespace escher {

std::string HostDirectory::resolve(const std::string& path) const {
  if (windows::is_absolute(path)) return path;
  return path_.ends_with('\\') ? path_ + path : path_ + '\\' + path;
}

}  // namespace escher
