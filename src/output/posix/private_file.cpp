#include "output/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "output/posix/safe_directory.hpp"

namespace escher {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

Error refused(int os_error, const char* step, const std::string& path, const char* why) {
  Error error = errors::io(os_error, step, path);
  error.message += std::string(": ") + why;
  return error;
}

// Why the engine does not write to an open file; nothing if it does.
std::optional<Error> objection_to(const struct stat& facts, const std::string& path) {
  if (!S_ISREG(facts.st_mode)) return refused(EINVAL, "open", path, "it is not a regular file");
  // A hard link can be planted to make the engine overwrite a file elsewhere.
  if (facts.st_nlink != 1) return refused(EINVAL, "open", path, "it has more than one hard link");
  return std::nullopt;
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

// The parent directory of `path`; empty for the current directory and the root.
std::string parent_of(const std::string& path) {
  const auto last = path.find_last_not_of('/');
  if (last == std::string::npos) return {};
  const auto slash = path.rfind('/', last);
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// A setting of Linux.
bool are_links_protected() {
  const int fd = ::open("/proc/sys/fs/protected_hardlinks", O_RDONLY | O_CLOEXEC);
  char value = '0';
  if (fd < 0 || ::read(fd, &value, 1) != 1) value = '0';
  if (fd >= 0) ::close(fd);
  return value != '0';
}

// A directory such as /var/log, where a service has a file of its own and cannot create another
// one.
bool is_in_safe_directory(const std::string& path) {
  std::string parent = parent_of(path);
  if (parent.empty()) parent = path.starts_with('/') ? "/" : ".";
  struct stat facts;
  return ::stat(parent.c_str(), &facts) == 0 &&
         is_safe_directory(facts, ::geteuid(), are_links_protected());
}

}  // namespace

PrivateFile::PrivateFile(PrivateFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      locked_(std::exchange(other.locked_, false)),
      path_(std::move(other.path_)) {}

PrivateFile& PrivateFile::operator=(PrivateFile&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    locked_ = std::exchange(other.locked_, false);
    path_ = std::move(other.path_);
  }
  return *this;
}

PrivateFile::~PrivateFile() { close(); }

Result<PrivateFile> PrivateFile::create(const std::string& path) {
  return open(path, O_CREAT | O_EXCL);
}

// A new file takes the place of the existing one, and is written to. A hard link to another file
// may be planted at the path, and be gone again at the checks.
Result<PrivateFile> PrivateFile::replace(const std::string& path) {
  auto created = create_locked(path);
  if (created.has_value() || created.error().os_error != EEXIST) return created;
  auto file = open(path, 0);
  if (file.has_error()) return file;
  if (auto objection = file->objection_to_owner()) return std::move(*objection);
  if (auto objection = file->lock()) return std::move(*objection);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return create_locked(path);
  const int reason = errno;
  const bool is_forbidden = reason == EACCES || reason == EPERM || reason == EROFS;
  if (!is_forbidden) return errors::io(reason, "unlink", path);
  if (!is_in_safe_directory(path)) {
    return refused(reason, "unlink", path, "other users can write to its directory");
  }
  // Only a file system without modes refuses this to the owner.
  ::fchmod(file->fd_, kFileMode);
  if (::ftruncate(file->fd_, 0) != 0) return errors::io(errno, "ftruncate", path);
  return file;
}

Result<PrivateFile> PrivateFile::create_locked(const std::string& path) {
  auto file = create(path);
  if (file.has_error()) return file;
  // Another execution replaces the new file already.
  if (auto objection = file->lock()) return std::move(*objection);
  return file;
}

// A file system without locks does not keep the engine from writing.
std::optional<Error> PrivateFile::lock() {
  locked_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
  if (locked_ || errno != EWOULDBLOCK) return std::nullopt;
  return refused(EBUSY, "open", path_, "an execution writes to it");
}

Result<PrivateFile> PrivateFile::open(const std::string& path, int flags) {
  // O_NONBLOCK, because opening a FIFO without a reader would block.
  constexpr int kAlways = O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const int fd = open_retrying(path, flags | kAlways);
  if (fd < 0) return errors::io(errno, "open", path);
  PrivateFile file(fd, path);

  struct stat facts;
  if (::fstat(fd, &facts) != 0) return errors::io(errno, "fstat", path);
  if (auto objection = objection_to(facts, path)) return std::move(*objection);

  const int status = ::fcntl(fd, F_GETFL);
  if (status < 0 || ::fcntl(fd, F_SETFL, status & ~O_NONBLOCK) != 0) {
    return errors::io(errno, "fcntl", path);
  }
  return file;
}

// Another user could read what is written to its own file, or to one that it can open.
std::optional<Error> PrivateFile::objection_to_owner() const {
  struct stat facts;
  if (::fstat(fd_, &facts) != 0) return errors::io(errno, "fstat", path_);
  if (facts.st_uid != ::geteuid())
    return refused(EPERM, "open", path_, "it belongs to another user");
  return std::nullopt;
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
  error.message += ": the file was removed while it was written";
  return error;
}

void PrivateFile::close() {
  // A child that is about to execute its program may hold the descriptor a moment longer.
  if (std::exchange(locked_, false)) ::flock(fd_, LOCK_UN);
  // Not retried: the descriptor is closed even if close() reports an error.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool is_safe_directory(const struct stat& facts, uid_t user, bool links_are_protected) {
  const bool is_trusted = facts.st_uid == 0 || facts.st_uid == user;
  const bool others_write = (facts.st_mode & S_IWOTH) != 0;
  const bool group_writes = (facts.st_mode & S_IWGRP) != 0;
  return is_trusted && !others_write && (!group_writes || links_are_protected);
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
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
  // mkdir can fail with EEXIST, EROFS or EACCES although the directory exists.
  if (is_directory(path)) return {};
  return errors::io(reason == EEXIST ? ENOTDIR : reason, "mkdir", path);
}

}  // namespace escher
