#include "recovery/journal_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace escher {
namespace {

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

}  // namespace

int own_pid() { return ::getpid(); }

Result<int> create_journal(const std::string& path) {
  auto made = try_create_locked(path);
  for (int attempt = 1; attempt < kAttempts && !made; ++attempt) {
    const int reason = made.error().os_error;
    if (reason != EWOULDBLOCK && reason != ENOENT && reason != EEXIST) return made;
    ::poll(nullptr, 0, attempt - 1);
    made = try_create_locked(path);
  }
  return made;
}

bool truncate_journal(int fd, std::size_t size) {
  return ::ftruncate(fd, static_cast<off_t>(size)) == 0;
}

std::size_t size_of_journal(int fd) {
  struct stat facts;
  return ::fstat(fd, &facts) == 0 ? static_cast<std::size_t>(facts.st_size) : 0;
}

std::ptrdiff_t write_journal(int fd, std::size_t offset, std::string_view text) {
  ssize_t written;
  do {
    written = ::pwrite(fd, text.data(), text.size(), static_cast<off_t>(offset));
  } while (written < 0 && errno == EINTR);
  return written;
}

void close_journal(int fd, const std::string& path, bool remove) {
  if (remove) ::unlink(path.c_str());
  ::close(fd);
}

JournalFile::JournalFile(JournalFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

JournalFile::~JournalFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool JournalFile::is_own() const {
  struct stat facts;
  return fd_ >= 0 && ::fstat(fd_, &facts) == 0 && S_ISREG(facts.st_mode) &&
         facts.st_uid == ::geteuid() && facts.st_nlink == 1;
}

bool JournalFile::lock() { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }

std::string JournalFile::read() const {
  std::string text;
  char block[16 * 1024];
  ssize_t got;
  while ((got = ::pread(fd_, block, sizeof block, static_cast<off_t>(text.size()))) > 0) {
    text.append(block, static_cast<std::size_t>(got));
  }
  return text;
}

class JournalDirectory::Impl {
 public:
  explicit Impl(const std::string& path) : entries(::opendir(path.c_str())) {}
  ~Impl() {
    if (entries != nullptr) ::closedir(entries);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  DIR* const entries;
};

JournalDirectory::JournalDirectory(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
JournalDirectory::~JournalDirectory() = default;

std::vector<std::string> JournalDirectory::names() const {
  std::vector<std::string> names;
  if (impl_->entries == nullptr) return names;
  while (const dirent* entry = ::readdir(impl_->entries)) {
    if (std::string_view(entry->d_name).ends_with(kJournalSuffix))
      names.emplace_back(entry->d_name);
  }
  return names;
}

JournalFile JournalDirectory::open(const std::string& name) const {
  return JournalFile(::openat(::dirfd(impl_->entries), name.c_str(),
                              O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

void JournalDirectory::remove(const std::string& name, const JournalFile&) const {
  ::unlinkat(::dirfd(impl_->entries), name.c_str(), 0);
}

}  // namespace escher
