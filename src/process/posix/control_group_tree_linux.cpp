#if defined(__linux__)

#include "process/posix/control_group_tree_linux.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace escher::posix {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

void remove_one(int parent, const char* name, void*) { ::unlinkat(parent, name, AT_REMOVEDIR); }

}  // namespace

void visit_groups_below(int directory, GroupVisitor visit, void* context) {
  DIR* entries = ::fdopendir(directory);
  if (entries == nullptr) {
    ::close(directory);
    return;
  }
  while (const dirent* entry = ::readdir(entries)) {
    if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
    const int below = ::openat(directory, entry->d_name, kOpenDirectory);
    if (below >= 0) visit_groups_below(below, visit, context);
    visit(directory, entry->d_name, context);
  }
  ::closedir(entries);
}

void kill_group(const char* path) {
  char file[4096];
  const int size = ::snprintf(file, sizeof file, "%s/cgroup.kill", path);
  if (size < 0 || static_cast<unsigned>(size) >= sizeof file) return;
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;  // an old kernel has none
  // Whether it was of use shows in who still lives.
  [[maybe_unused]] const auto written = ::write(fd, "1", 1);
  ::close(fd);
}

bool remove_group(const char* path) {
  // Most have nothing below.
  if (::rmdir(path) == 0 || errno == ENOENT) return true;
  const int directory = ::open(path, kOpenDirectory);
  if (directory >= 0) visit_groups_below(directory, remove_one, nullptr);
  return ::rmdir(path) == 0 || errno == ENOENT;
}

}  // namespace escher::posix

#endif
