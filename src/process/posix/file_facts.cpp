#include "process/file_facts.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "process/host_directory.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {
namespace {

int descriptor_of(const HostDirectory* from) {
  return from == nullptr ? AT_FDCWD : from->descriptor();
}

bool has_execute_bit(int directory, const std::string& path) {
  struct stat info = {};
  return ::fstatat(directory, path.c_str(), &info, 0) == 0 &&
         (info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
}

// By the effective user (AT_EACCESS), like execve. A sandbox may refuse the system call itself,
// faccessat2, with an error which does not answer it.
bool may_execute(int directory, const std::string& path) {
  if (::faccessat(directory, path.c_str(), X_OK, AT_EACCESS) == 0) return true;
  const bool was_asked = errno != EPERM && errno != ENOSYS && errno != EINVAL;
  return !was_asked && has_execute_bit(directory, path);
}

}  // namespace

FileFacts::Kind SystemFileFacts::kind(const std::string& path, const HostDirectory* from) const {
  struct stat info = {};
  if (::fstatat(descriptor_of(from), path.c_str(), &info, 0) != 0) return Kind::missing;
  if (S_ISREG(info.st_mode)) return Kind::file;
  return S_ISDIR(info.st_mode) ? Kind::directory : Kind::other;
}

bool SystemFileFacts::is_executable(const std::string& path, const HostDirectory* from) const {
  // The permission alone says yes to directories.
  return may_execute(descriptor_of(from), path) && kind(path, from) == Kind::file;
}

std::optional<std::string> SystemFileFacts::shebang(const std::string& path,
                                                    const HostDirectory* from) const {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const UniqueFd file(
      ::openat(descriptor_of(from), path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char head[257];
  const ssize_t count = file ? ::read(file.get(), head, sizeof head) : -1;
  if (count < 2 || head[0] != '#' || head[1] != '!') return std::nullopt;
  const std::string_view line(head + 2, static_cast<std::size_t>(count) - 2);
  return std::string(line.substr(0, line.find('\n')));
}

}  // namespace escher
