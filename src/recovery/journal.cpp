#include "recovery/journal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "output/private_file.hpp"
#include "process/process_table.hpp"
#include "recovery/pid_scope.hpp"

namespace escher {
namespace {

// Lines of ended executions let the file grow. Above this size it is rewritten without them.
constexpr std::size_t kRewriteAt = 1024 * 1024;

std::string name_of(const std::string& token) {
  return token.substr(0, token.find('/')) + ".journal";
}

// Recovery in another engine can run between the creation of the file and its lock: it locks the
// empty journal and removes it. The name cannot be created again until then.
constexpr int kAttempts = 40;

bool is_linked(int fd) {
  struct stat facts;
  return ::fstat(fd, &facts) == 0 && facts.st_nlink > 0;
}

Result<int> try_create_locked(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return errors::io(errno, "open", path);
  const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
  const int reason = locked ? ENOENT : errno;
  if (locked && is_linked(fd)) return fd;
  ::close(fd);
  return errors::io(reason, "flock", path);
}

Result<int> create_locked(const std::string& path) {
  auto made = try_create_locked(path);
  for (int attempt = 1; attempt < kAttempts && !made; ++attempt) {
    const int reason = made.error().os_error;
    if (reason != EWOULDBLOCK && reason != ENOENT && reason != EEXIST) return made;
    ::poll(nullptr, 0, attempt - 1);
    made = try_create_locked(path);
  }
  return made;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory,
                                               const std::string& token) {
  if (const auto made = make_private_directories(directory); !made) return made.error();
  const std::string path = directory + "/" + name_of(token);
  const auto fd = create_locked(path);
  if (!fd) return fd.error();
  std::unique_ptr<Journal> journal(
      new Journal(*fd, path, {token, ::getpid(), own_start_time(), own_pid_scope()}));
  const MutexLock lock(journal->mutex_);
  journal->rewrite();
  if (journal->error_) return *journal->error_;
  return journal;
}

Journal::Journal(int fd, std::string path, JournalHead head)
    : fd_(fd), path_(std::move(path)), head_(std::move(head)) {}

Journal::~Journal() {
  if (running_.empty()) ::unlink(path_.c_str());
  ::close(fd_);
}

void Journal::started(const JournalEntry& entry) {
  const MutexLock lock(mutex_);
  const auto [added, is_new] = running_.emplace(entry.id, Running{journal_start(entry), {}});
  if (!is_new) return;
  running_size_ += added->second.line.size();
  append(added->second);
}

// Overwrites one byte, because an end must be recorded on a full disk too: otherwise recovery would
// report the execution as interrupted.
void Journal::ended(const std::string& id) {
  const MutexLock lock(mutex_);
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  if (found->second.offset) write_at(*found->second.offset, kJournalEndMark);
  running_size_ -= found->second.line.size();
  running_.erase(found);
  if (size_ > kRewriteAt && size_ > 4 * running_size_) rewrite();
}

std::string Journal::error() const {
  const MutexLock lock(mutex_);
  return error_ ? error_->message : std::string();
}

void Journal::append(Running& running) {
  // 0 after a rewrite that failed: the head is missing, so everything is written.
  if (size_ == 0) return rewrite();
  const std::size_t offset = size_;
  write(running.line);
  if (size_ > offset) running.offset = offset;
}

// In place, because the lock belongs to the file. A host that is killed during the rewrite loses
// the lines that were not yet written.
void Journal::rewrite() {
  if (::ftruncate(fd_, 0) != 0) return;
  size_ = 0;
  std::string text = journal_head(head_);
  for (auto& [id, running] : running_) {
    running.offset = text.size();
    text += running.line;
  }
  write(text);
  for (auto& [id, running] : running_) {
    if (*running.offset + running.line.size() > size_) running.offset.reset();
  }
}

// One write call as a rule, so that a killed host leaves all of it or nothing. After a partial
// write (a full disk) the file is truncated to whole lines, because the next line must begin on its
// own.
void Journal::write(const std::string& lines) {
  const std::size_t begin = size_;
  if (write_at(begin, lines)) {
    size_ += lines.size();
    return;
  }
  struct stat facts;
  if (::fstat(fd_, &facts) != 0 || facts.st_size <= static_cast<off_t>(begin)) return;
  const auto written = static_cast<std::size_t>(facts.st_size) - begin;
  size_ += lines.rfind('\n', written - 1) + 1;  // npos + 1 = 0
  if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) size_ = 0;
}

// False if not all of `text` was written; the first error is kept. The call after a partial write
// reports its errno.
bool Journal::write_at(std::size_t offset, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::pwrite(fd_, text.data(), text.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      if (!error_) error_ = errors::io(written < 0 ? errno : ENOSPC, "write", path_);
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace escher
