#include "recovery/pid_scope.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace escher {
namespace {

std::string first_line_of(const char* path) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char text[128];
  const ssize_t got = ::read(fd, text, sizeof text);
  ::close(fd);
  const std::string line(text, got > 0 ? static_cast<std::size_t>(got) : 0);
  return line.substr(0, line.find('\n'));
}

}  // namespace

// A later namespace can get the same inode number, but not while a process of the earlier one
// lives.
std::string own_pid_scope() {
  const std::string boot = first_line_of("/proc/sys/kernel/random/boot_id");
  char space[64];
  const ssize_t length = ::readlink("/proc/self/ns/pid", space, sizeof space);
  if (boot.empty() || length <= 0) return {};
  return boot + ' ' + std::string(space, static_cast<std::size_t>(length));
}

}  // namespace escher
