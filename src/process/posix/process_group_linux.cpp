#if defined(__linux__)

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "process/posix/process_group.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher::posix {
namespace {

struct CloseDirectory {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// State and group out of `/proc/<pid>/stat`: `pid (name) state ppid pgrp …`, where the name may
// hold anything, parentheses included.
bool lives_in_group(int proc_fd, const char* pid, pid_t group) {
  char path[32];
  std::snprintf(path, sizeof path, "%.16s/stat", pid);
  const UniqueFd file(::openat(proc_fd, path, O_RDONLY | O_CLOEXEC));
  // Out of descriptors: nothing is known. Else it is gone, or none of ours to see.
  if (!file) return errno == EMFILE || errno == ENFILE;
  char text[512];
  const ssize_t size = ::read(file.get(), text, sizeof text - 1);
  if (size <= 0) return false;
  text[size] = '\0';
  const char* name_end = std::strrchr(text, ')');
  if (name_end == nullptr) return false;
  char state = 0;
  int parent = 0, pgrp = 0;
  if (std::sscanf(name_end + 1, " %c %d %d", &state, &parent, &pgrp) != 3) return false;
  return pgrp == group && state != 'Z' && state != 'X';
}

}  // namespace

bool group_has_live_member(pid_t group) {
  const std::unique_ptr<DIR, CloseDirectory> proc(::opendir("/proc"));
  if (!proc) return true;
  while (const dirent* entry = ::readdir(proc.get())) {
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) == 0) continue;
    if (lives_in_group(::dirfd(proc.get()), entry->d_name, group)) return true;
  }
  return false;
}

}  // namespace escher::posix

#endif
