#include "process/host_directory.hpp"

#include <sys/stat.h>

#if defined(__APPLE__)
#include <fcntl.h>
#include <sys/param.h>
#else
#include <filesystem>
#include <system_error>
#endif

namespace escher {
namespace {

std::string reported_path(int fd) {
#if defined(__APPLE__)
  char path[MAXPATHLEN];
  return ::fcntl(fd, F_GETPATH, path) == 0 ? path : std::string();
#else
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error).string();
#endif
}

}  // namespace

// Compared: a removed directory is reported as "/name (deleted)", which can be the name of another.
std::string HostDirectory::path() const {
  std::string path = reported_path(descriptor());
  struct stat facts;
  if (path.empty() || ::stat(path.c_str(), &facts) != 0) return {};
  const auto device = static_cast<std::uint64_t>(facts.st_dev);
  const auto inode = static_cast<std::uint64_t>(facts.st_ino);
  return is(device, inode) ? path : std::string();
}

}  // namespace escher
