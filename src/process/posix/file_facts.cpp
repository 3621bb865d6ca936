#include "process/file_facts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/posix/unique_fd.hpp"

namespace escher {

FileFacts::Kind SystemFileFacts::kind(const std::string& path) const {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return Kind::missing;
  if (S_ISREG(info.st_mode)) return Kind::file;
  return S_ISDIR(info.st_mode) ? Kind::directory : Kind::other;
}

bool SystemFileFacts::is_executable(const std::string& path) const {
  // AT_EACCESS: what execve will go by. access() alone says yes to directories.
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 && kind(path) == Kind::file;
}

bool SystemFileFacts::has_shebang(const std::string& path) const {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char head[2];
  return file && ::read(file.get(), head, 2) == 2 && head[0] == '#' && head[1] == '!';
}

}  // namespace escher
