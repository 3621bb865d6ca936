#include "recovery/overflow_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "output/private_file.hpp"
#include "policy/owned_name.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::string temporary_directory() {
  std::error_code error;
  const auto path = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : path.string();
}

// A template for mkdtemp and mkstemp.
std::string owned_pattern(const std::string& base) {
  return base + "/" + owned_name({::getpid(), own_start_time()}) + "-XXXXXX";
}

int open_owned(int parent, const char* name, int flags) {
  return ::openat(parent, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

// Checks the process and the lock, because each alone can mislead: PIDs differ in another PID
// namespace, and some file systems have no locks.
bool is_abandoned(int owned, const struct stat& facts, const Owner& owner) {
  if (facts.st_uid != ::geteuid()) return false;
  if (owner.started != 0 && lives({owner.pid, owner.started, 0, false})) return false;
  return ::flock(owned, LOCK_EX | LOCK_NB) == 0;
}

Directory entries_of(int directory) {
  // A duplicate, because closedir closes it. FD_CLOEXEC, so that no child inherits it.
  const int duplicate = ::fcntl(directory, F_DUPFD_CLOEXEC, 3);
  if (duplicate < 0) return nullptr;
  Directory entries(::fdopendir(duplicate));
  if (!entries) ::close(duplicate);
  return entries;
}

// Removes only files with overflow names. A directory with other files is not removed.
void remove_overflow_files(int directory) {
  const Directory entries = entries_of(directory);
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (is_overflow_name(entry->d_name)) ::unlinkat(directory, entry->d_name, 0);
  }
}

void remove_listed_files(int directory, int list) {
  std::string text;
  char block[4096];
  ssize_t got;
  while ((got = ::read(list, block, sizeof block)) > 0) {
    text.append(block, static_cast<std::size_t>(got));
  }
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string name = text.substr(at, end - at);
    if (is_overflow_name(name)) ::unlinkat(directory, name.c_str(), 0);
  }
}

void remove_if_abandoned(int base, const char* name, const Owner& owner) {
  const int owned = open_owned(base, name, O_RDONLY);
  if (owned < 0) return;
  struct stat facts;
  if (::fstat(owned, &facts) == 0 && is_abandoned(owned, facts, owner)) {
    if (S_ISDIR(facts.st_mode)) {
      remove_overflow_files(owned);
      ::unlinkat(base, name, AT_REMOVEDIR);
    } else if (S_ISREG(facts.st_mode)) {
      remove_listed_files(base, owned);
      ::unlinkat(base, name, 0);
    }
  }
  ::close(owned);
}

}  // namespace

OverflowDirectory::OverflowDirectory(std::optional<std::string> configured, bool keep)
    : configured_(std::move(configured)), keep_(keep) {}

OverflowDirectory::~OverflowDirectory() {
  if (owned_fd_ >= 0) ::close(owned_fd_);
}

void OverflowDirectory::remove() {
  const MutexLock lock(mutex_);
  std::error_code not_empty;
  if (!owned_.empty()) std::filesystem::remove(owned_, not_empty);
  directory_.clear();
  owned_.clear();
  if (owned_fd_ >= 0) ::close(std::exchange(owned_fd_, -1));
}

Result<void> OverflowDirectory::prepare() {
  // The configured directory may have been removed since the last call.
  if (configured_) {
    if (auto made = make_private_directories(*configured_); !made) return made;
  }
  if (!directory_.empty()) return {};
  auto made = configured_ ? create_list() : create_private();
  if (!made) return made;
  if (owned_fd_ >= 0) ::flock(owned_fd_, LOCK_EX | LOCK_NB);
  return {};
}

Result<void> OverflowDirectory::create_private() {
  auto path = keep_ ? temporary_directory() + "/" + kept_name() + "-XXXXXX"
                    : owned_pattern(temporary_directory());
  if (::mkdtemp(path.data()) == nullptr) return errors::io(errno, "mkdtemp", path);
  directory_ = owned_ = path;
  owned_fd_ = open_owned(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  return {};
}

Result<void> OverflowDirectory::create_list() {
  if (!keep_) {
    auto path = owned_pattern(*configured_);
    owned_fd_ = ::mkostemp(path.data(), O_CLOEXEC | O_APPEND);
    if (owned_fd_ < 0) return errors::io(errno, "mkostemp", path);
    owned_ = path;
  }
  directory_ = *configured_;
  return {};
}

Result<std::string> OverflowDirectory::path_for(const ExecutionId& id, Stream stream) {
  const MutexLock lock(mutex_);
  if (auto prepared = prepare(); !prepared) return prepared.error();
  const std::string name = overflow_name(id, stream);
  if (configured_ && !keep_) {
    const std::string line = name + '\n';
    if (::write(owned_fd_, line.data(), line.size()) < 0) return errors::io(errno, "write", owned_);
  }
  return directory_ + "/" + name;
}

void OverflowDirectory::remove_abandoned(const std::optional<std::string>& configured) {
  const std::string base = configured.value_or(temporary_directory());
  const Directory entries(::opendir(base.c_str()));
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (const auto owner = owner_in(entry->d_name)) {
      remove_if_abandoned(::dirfd(entries.get()), entry->d_name, *owner);
    }
  }
}

}  // namespace escher
