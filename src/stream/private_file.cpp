#include "stream/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace escher {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

Error refused(const std::string& path, const char* why) {
  Error error = errors::io(EINVAL, "open", path);
  error.message += std::string(": ") + why;
  return error;
}

// What makes an open file one that the engine does not write to.
const char* objection_to(const struct stat& facts) {
  if (!S_ISREG(facts.st_mode)) return "it is not a regular file";
  // Nobody else may have given this file a second name, somewhere else.
  if (facts.st_nlink != 1) return "it has more than one hard link";
  return nullptr;
}

int open_retrying(const std::string& path, int flags) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags, kFileMode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

bool is_directory(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

// The directory that holds `path`; empty where that is the current one or the root.
std::string parent_of(const std::string& path) {
  const auto last = path.find_last_not_of('/');
  if (last == std::string::npos) return {};
  const auto slash = path.rfind('/', last);
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

PrivateFile& PrivateFile::operator=(PrivateFile&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

PrivateFile::~PrivateFile() { close(); }

Result<PrivateFile> PrivateFile::create(const std::string& path) {
  return open(path, O_CREAT | O_EXCL);
}

Result<PrivateFile> PrivateFile::replace(const std::string& path) {
  auto file = open(path, O_CREAT);
  // Only now, when it is known to be one of ours to empty.
  if (file.has_value() && ::ftruncate(file->fd_, 0) != 0) {
    return errors::io(errno, "ftruncate", path);
  }
  return file;
}

Result<PrivateFile> PrivateFile::open(const std::string& path, int flags) {
  // O_NONBLOCK: or a FIFO without a reader would hold this thread up.
  constexpr int kAlways = O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int fd = open_retrying(path, flags | kAlways);
  if (fd < 0) return errors::io(errno, "open", path);
  PrivateFile file(fd, path);

  struct stat facts;
  if (::fstat(fd, &facts) != 0) return errors::io(errno, "fstat", path);
  if (const char* why = objection_to(facts)) return refused(path, why);

  const int status = ::fcntl(fd, F_GETFL);
  if (status < 0 || ::fcntl(fd, F_SETFL, status & ~O_NONBLOCK) != 0) {
    return errors::io(errno, "fcntl", path);
  }
  return file;
}

Result<void> PrivateFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      Error error = errors::io(errno, "write", path_);
      close();
      return error;
    }
  }
  return {};
}

std::optional<Error> PrivateFile::removal() const {
  struct stat facts;
  if (fd_ < 0 || ::fstat(fd_, &facts) != 0 || facts.st_nlink > 0) return std::nullopt;
  Error error = errors::io(ENOENT, "close", path_);
  error.message += ": it was removed meanwhile";
  return error;
}

void PrivateFile::close() {
  // No second try: the descriptor is gone even when close() reports an error.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<void> make_private_directories(const std::string& path) {
  if (path.empty() || ::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
  int reason = errno;
  if (reason == ENOENT) {
    const std::string parent = parent_of(path);
    if (!parent.empty()) {
      if (auto made = make_private_directories(parent); made.has_error()) return made;
      if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
      reason = errno;
    }
  }
  // Whatever mkdir says of it (EEXIST, EROFS, EACCES), a directory that is there will do.
  if (is_directory(path)) return {};
  return errors::io(reason == EEXIST ? ENOTDIR : reason, "mkdir", path);
}

}  // namespace escher
