#include "recovery/journal.hpp"

#include <cerrno>
#include <utility>

#include "output/private_file.hpp"
#include "process/process_table.hpp"
#include "recovery/journal_file.hpp"
#include "recovery/pid_scope.hpp"

namespace escher {
namespace {

// Lines of ended executions let the file grow. Above this size it is rewritten without them.
constexpr std::size_t kRewriteAt = 1024 * 1024;

std::string name_of(const std::string& token) {
  return token.substr(0, token.find('/')).append(kJournalSuffix);
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory,
                                               const std::string& token) {
  if (const auto made = make_private_directories(directory); !made) return made.error();
  const std::string path = directory + "/" + name_of(token);
  const auto fd = create_journal(path);
  if (!fd) return fd.error();
  std::unique_ptr<Journal> journal(
      new Journal(*fd, path, {token, own_pid(), own_start_time(), own_pid_scope()}));
  const MutexLock lock(journal->mutex_);
  journal->rewrite();
  if (journal->error_) return *journal->error_;
  return journal;
}

Journal::Journal(int fd, std::string path, JournalHead head)
    : fd_(fd), path_(std::move(path)), head_(std::move(head)) {}

Journal::~Journal() { close_journal(fd_, path_, running_.empty()); }

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
  if (!truncate_journal(fd_, 0)) return;
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
  const std::size_t size = size_of_journal(fd_);
  if (size <= begin) return;
  const std::size_t written = size - begin;
  size_ += lines.rfind('\n', written - 1) + 1;  // npos + 1 = 0
  if (!truncate_journal(fd_, size_)) size_ = 0;
}

// False if not all of `text` was written; the first error is kept. The call after a partial write
// reports its errno.
bool Journal::write_at(std::size_t offset, std::string_view text) {
  while (!text.empty()) {
    const std::ptrdiff_t written = write_journal(fd_, offset, text);
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
