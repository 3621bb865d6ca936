#include "journal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "process/process_table.hpp"
#include "stream/private_file.hpp"

namespace escher {
namespace {

// The ends make the file grow for nothing: beyond this it is written anew.
constexpr std::size_t kShortenAt = 1024 * 1024;

std::string name_of(const std::string& token) {
  return token.substr(0, token.find('/')) + ".journal";
}

// A recovery of another engine may come between the making and the locking: it finds a journal that
// tells of nothing, and takes it away. Until then the name is taken.
constexpr int kTries = 40;

bool is_there(int fd) {
  struct stat facts;
  return ::fstat(fd, &facts) == 0 && facts.st_nlink > 0;
}

Result<int> try_make_locked(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return errors::io(errno, "open", path);
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  const int reason = locked ? ENOENT : errno;
  if (locked && is_there(fd)) return fd;
  ::close(fd);
  return errors::io(reason, "flock", path);
}

Result<int> make_locked(const std::string& path) {
  auto made = try_make_locked(path);
  for (int attempt = 1; attempt < kTries && !made; ++attempt) {
    const int reason = made.error().os_error;
    if (reason != EWOULDBLOCK && reason != ENOENT && reason != EEXIST) return made;
    ::poll(nullptr, 0, attempt - 1);
    made = try_make_locked(path);
  }
  return made;
}

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

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory,
                                               const std::string& token) {
  if (const auto made = make_private_directories(directory); !made) return made.error();
  const std::string path = directory + "/" + name_of(token);
  const auto fd = make_locked(path);
  if (!fd) return fd.error();
  std::unique_ptr<Journal> journal(
      new Journal(*fd, path, {token, ::getpid(), own_start_time(), own_numbering()}));
  journal->write_anew();
  if (!journal->error_.empty()) return errors::io(EIO, "write", path);
  return journal;
}

Journal::Journal(int fd, std::string path, JournalHead head)
    : fd_(fd), path_(std::move(path)), head_(std::move(head)) {}

Journal::~Journal() {
  if (running_.empty()) ::unlink(path_.c_str());
  ::close(fd_);
}

void Journal::started(const JournalEntry& entry) {
  const std::lock_guard lock(mutex_);
  const std::string line = journal_start(entry);
  running_size_ += line.size();
  running_.emplace(entry.id, line);
  append(line);
}

void Journal::ended(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  running_size_ -= found->second.size();
  running_.erase(found);
  append(journal_end(id));
  if (size_ > kShortenAt && size_ > 4 * running_size_) write_anew();
}

std::string Journal::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

// Where not even the head could be written, all is still to be written.
void Journal::append(const std::string& line) {
  if (size_ == 0) {
    write_anew();
  } else {
    write(line);
  }
}

// In place, because the lock is the file's. A host that is killed meanwhile has lost the last few
// microseconds of its journal.
void Journal::write_anew() {
  if (::ftruncate(fd_, 0) != 0) return;
  size_ = 0;
  std::string text = journal_head(head_);
  for (const auto& [id, line] : running_) text += line;
  write(text);
}

// One call, so that it is there as a whole or, with the host killed, not at all. What a full disk
// took a part of is cut back to whole lines, or the next one would be no line either.
void Journal::write(const std::string& lines) {
  ssize_t written;
  do {
    written = ::write(fd_, lines.data(), lines.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(lines.size())) {
    size_ += lines.size();
    return;
  }
  if (error_.empty()) error_ = errors::io(written < 0 ? errno : ENOSPC, "write", path_).message;
  if (written <= 0) return;
  size_ += lines.rfind('\n', static_cast<std::size_t>(written) - 1) + 1;  // npos + 1 is none
  if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) size_ = 0;
}

// The number of a namespace may be another one's after it, but not within the lives of its
// processes.
std::string own_numbering() {
  const std::string boot = first_line_of("/proc/sys/kernel/random/boot_id");
  char space[64];
  const ssize_t length = ::readlink("/proc/self/ns/pid", space, sizeof space);
  if (boot.empty() || length <= 0) return {};
  return boot + ' ' + std::string(space, static_cast<std::size_t>(length));
}

}  // namespace escher
