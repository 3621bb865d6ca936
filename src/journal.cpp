#include "journal.hpp"

#include <fcntl.h>
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

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory,
                                               const std::string& token) {
  if (const auto made = make_private_directories(directory); !made) return made.error();
  const std::string path = directory + "/" + name_of(token);
  const int fd =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return errors::io(errno, "open", path);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(fd);
    return errors::io(reason, "flock", path);
  }
  std::unique_ptr<Journal> journal(new Journal(fd, path, {token, ::getpid(), own_start_time()}));
  journal->write(journal_head(journal->head_));
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
  std::string line = journal_start(entry);
  write(line);
  running_size_ += line.size();
  running_.emplace(entry.id, std::move(line));
}

void Journal::ended(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  write(journal_end(id));
  running_size_ -= found->second.size();
  running_.erase(found);
  if (size_ > kShortenAt && size_ > 4 * running_size_) shorten();
}

std::string Journal::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

// One call, so that it is there as a whole or, with the host killed, not at all.
void Journal::write(const std::string& line) {
  ssize_t written;
  do {
    written = ::write(fd_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) {
    size_ += line.size();
  } else if (error_.empty()) {
    error_ = errors::io(written < 0 ? errno : ENOSPC, "write", path_).message;
  }
}

// In place, because the lock is the file's. A host that is killed meanwhile has lost the last few
// microseconds of its journal.
void Journal::shorten() {
  if (::ftruncate(fd_, 0) != 0) return;
  size_ = 0;
  std::string text = journal_head(head_);
  for (const auto& [id, line] : running_) text += line;
  write(text);
}

}  // namespace escher
