#include "recovery/log_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <optional>

namespace escher {
namespace {

struct Close {
  void operator()(DIR* directory) const { ::closedir(directory); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};

EpochMillis written_at(const struct stat& facts) {
#if defined(__APPLE__)
  const timespec& time = facts.st_mtimespec;
#else
  const timespec& time = facts.st_mtim;
#endif
  return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_nsec) / 1e6;
}

// An open file with the name of a log; nothing if it is not a log of this user.
struct OpenLog {
  std::unique_ptr<std::FILE, Close> file;
  struct stat facts = {};
  int fd() const { return ::fileno(file.get()); }
};

std::optional<OpenLog> open_log(int directory, const char* name, int access) {
  // O_NONBLOCK, because opening a FIFO would block.
  constexpr int kAlways = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  const int fd = ::openat(directory, name, access | kAlways);
  if (fd < 0) return std::nullopt;
  OpenLog log{std::unique_ptr<std::FILE, Close>(::fdopen(fd, "r"))};
  if (!log.file) {
    ::close(fd);
    return std::nullopt;
  }
  if (::fstat(fd, &log.facts) != 0) return std::nullopt;
  const bool is_own = log.facts.st_uid == ::geteuid() && log.facts.st_nlink == 1;
  if (!S_ISREG(log.facts.st_mode) || !is_own) return std::nullopt;
  char begin[kLogMark.size()];
  const ssize_t length = ::pread(fd, begin, sizeof begin, 0);
  if (length != static_cast<ssize_t>(sizeof begin)) return std::nullopt;
  if (std::memcmp(begin, kLogMark.data(), sizeof begin) != 0) return std::nullopt;
  return log;
}

LogFacts facts_of(const char* name, const struct stat& facts) {
  return {name, static_cast<std::uint64_t>(facts.st_size), written_at(facts)};
}

// The name may have got another file since the open.
bool is_still(int directory, const char* name, const struct stat& facts) {
  struct stat present;
  return ::fstatat(directory, name, &present, AT_SYMLINK_NOFOLLOW) == 0 &&
         present.st_dev == facts.st_dev && present.st_ino == facts.st_ino;
}

}  // namespace

struct LogDirectory::Handle {
  explicit Handle(const std::string& path) : entries(::opendir(path.c_str())) {}
  int fd() const { return entries ? ::dirfd(entries.get()) : -1; }

  const std::unique_ptr<DIR, Close> entries;
};

LogDirectory::LogDirectory(const std::string& path) : handle_(std::make_unique<Handle>(path)) {}
LogDirectory::~LogDirectory() = default;

std::vector<LogFacts> LogDirectory::logs() const {
  std::vector<LogFacts> logs;
  if (!handle_->entries) return logs;
  ::rewinddir(handle_->entries.get());
  while (const dirent* entry = ::readdir(handle_->entries.get())) {
    const char* name = entry->d_name;
    if (!is_log_name(name)) continue;
    if (const auto log = open_log(handle_->fd(), name, O_RDONLY)) {
      logs.push_back(facts_of(name, log->facts));
    }
  }
  return logs;
}

// Under the lock no execution begins to write to the file, and none has written since `logs`. For
// the lock, some file systems want write access.
bool LogDirectory::remove(const LogFacts& log) const {
  const int directory = handle_->fd();
  const char* name = log.name.c_str();
  const auto open = open_log(directory, name, O_RDWR);
  if (!open || ::flock(open->fd(), LOCK_EX | LOCK_NB) != 0) return false;
  struct stat facts;
  if (::fstat(open->fd(), &facts) != 0) return false;
  const LogFacts present = facts_of(name, facts);
  const bool is_unchanged = present.bytes == log.bytes && present.written_at == log.written_at;
  return is_unchanged && is_still(directory, name, facts) && ::unlinkat(directory, name, 0) == 0;
}

}  // namespace escher
