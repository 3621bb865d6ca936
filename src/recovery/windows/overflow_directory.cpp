#include "recovery/overflow_directory.hpp"

#include <fcntl.h>
#include <io.h>

#include <cerrno>
#include <utility>

#include "model/windows/native.hpp"
#include "output/private_file.hpp"
#include "output/windows/private_access.hpp"
#include "policy/owned_name.hpp"
#include "process/process_table.hpp"

// A private directory names its owner. A list is open without sharing while its owner lives.

namespace escher {
namespace {

using windows::long_path;
using windows::UniqueHandle;
using windows::utf8;

std::string temporary_directory() {
  wchar_t path[MAX_PATH + 2];
  const DWORD size = ::GetTempPathW(MAX_PATH + 1, &path[0]);
  std::string directory = utf8({&path[0], size});
  while (directory.ends_with('\\')) directory.pop_back();
  return directory;
}

std::string owned_path(const std::string& base) {
  const Owner owner{static_cast<int>(::GetCurrentProcessId()), own_start_time()};
  return base + '\\' + owned_name(owner) + '-' + format_id(random_id());
}

int open_list(const std::string& path, DWORD disposition) {
  UniqueHandle file(::CreateFileW(long_path(path).c_str(), GENERIC_READ | GENERIC_WRITE, 0,
                                  windows::private_access(), disposition,
                                  FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) {
    errno = windows::last_errno();
    return -1;
  }
  const int fd = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(file.get()),
                                   _O_RDWR | _O_BINARY | _O_NOINHERIT);
  if (fd >= 0) static_cast<void>(file.release());
  return fd;
}

void remove_file(const std::string& path) { ::DeleteFileW(long_path(path).c_str()); }

template <typename Function>
void for_each_entry(const std::string& directory, Function function) {
  WIN32_FIND_DATAW found = {};
  const HANDLE search = ::FindFirstFileW(long_path(directory + "\\*").c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) return;
  do {
    function(utf8(&found.cFileName[0]), found.dwFileAttributes);
  } while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
}

// Removes only files with overflow names. A directory with other files is not removed.
void remove_directory(const std::string& directory) {
  for_each_entry(directory, [&](const std::string& name, DWORD) {
    if (is_overflow_name(name)) remove_file(directory + '\\' + name);
  });
  ::RemoveDirectoryW(long_path(directory).c_str());
}

void remove_list(const std::string& base, const std::string& list) {
  const int fd = open_list(list, OPEN_EXISTING);
  if (fd < 0) return;
  std::string text;
  char block[4096];
  int got = 0;
  while ((got = ::_read(fd, block, sizeof block)) > 0) {
    text.append(block, static_cast<std::size_t>(got));
  }
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string name = text.substr(at, end - at);
    if (is_overflow_name(name)) remove_file(base + '\\' + name);
  }
  ::_close(fd);
  remove_file(list);
}

}  // namespace

OverflowDirectory::OverflowDirectory(std::optional<std::string> configured, bool keep)
    : configured_(std::move(configured)), keep_(keep) {}

OverflowDirectory::~OverflowDirectory() {
  if (owned_fd_ >= 0) ::_close(owned_fd_);
}

void OverflowDirectory::remove() {
  const MutexLock lock(mutex_);
  const bool is_list = owned_fd_ >= 0;
  if (is_list) ::_close(std::exchange(owned_fd_, -1));
  if (is_list) remove_file(owned_);
  // Fails if it is not empty.
  if (!is_list && !owned_.empty()) ::RemoveDirectoryW(long_path(owned_).c_str());
  directory_.clear();
  owned_.clear();
}

Result<void> OverflowDirectory::prepare() {
  // The configured directory may have been removed since the last call.
  if (configured_) {
    if (auto made = make_private_directories(*configured_); !made) return made;
  }
  if (!directory_.empty()) return {};
  return configured_ ? create_list() : create_private();
}

Result<void> OverflowDirectory::create_private() {
  const std::string base = temporary_directory();
  const std::string path =
      keep_ ? base + '\\' + kept_name() + '-' + format_id(random_id()) : owned_path(base);
  if (::CreateDirectoryW(long_path(path).c_str(), windows::private_access()) == 0) {
    return errors::io(windows::last_errno(), "mkdir", path);
  }
  directory_ = owned_ = path;
  return {};
}

Result<void> OverflowDirectory::create_list() {
  if (!keep_) {
    const std::string path = owned_path(*configured_);
    owned_fd_ = open_list(path, CREATE_NEW);
    if (owned_fd_ < 0) return errors::io(errno, "open", path);
    owned_ = path;
  }
  directory_ = *configured_;
  return {};
}

Result<std::string> OverflowDirectory::path_for(const ExecutionId& id, Stream stream) {
  const MutexLock lock(mutex_);
  if (auto prepared = prepare(); !prepared) return prepared.error();
  const std::string name = overflow_name(id, stream);
  if (owned_fd_ >= 0) {
    const std::string line = name + '\n';
    const int written = ::_write(owned_fd_, line.data(), static_cast<unsigned>(line.size()));
    if (written < 0) return errors::io(errno, "write", owned_);
  }
  return directory_ + '\\' + name;
}

void OverflowDirectory::remove_abandoned(const std::optional<std::string>& configured) {
  const std::string base = configured.value_or(temporary_directory());
  for_each_entry(base, [&](const std::string& name, DWORD attributes) {
    const auto owner = owner_in(name);
    const bool is_elsewhere = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    if (!owner || is_elsewhere || lives({owner->pid, owner->started, 0, false})) return;
    const std::string path = base + '\\' + name;
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
      remove_directory(path);
    } else {
      remove_list(base, path);
    }
  });
}

}  // namespace escher
