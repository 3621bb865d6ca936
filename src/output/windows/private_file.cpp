#include "output/private_file.hpp"

#include <fcntl.h>
#include <io.h>

#include <cerrno>

#include "model/windows/native.hpp"
#include "output/windows/private_access.hpp"

// `fd_` is a descriptor of the C library, made of the handle. Its file cannot be opened for writing
// by others, nor be removed, as long as it is open: that is the lock of a file that can be
// replaced.

namespace escher {
namespace {

using windows::last_errno;
using windows::UniqueHandle;

Error refused(int os_error, const char* step, const std::string& path, const char* why) {
  Error error = errors::io(os_error, step, path);
  error.message += std::string(": ") + why;
  return error;
}

// FILE_FLAG_OPEN_REPARSE_POINT: the entry itself, not what it leads to.
UniqueHandle open_file(const std::string& path, DWORD access, DWORD share, DWORD disposition) {
  return UniqueHandle(::CreateFileW(windows::long_path(path).c_str(), access, share,
                                    windows::private_access(), disposition,
                                    FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
}

std::optional<Error> objection_to(HANDLE file, const std::string& path) {
  BY_HANDLE_FILE_INFORMATION facts = {};
  if (::GetFileType(file) != FILE_TYPE_DISK || ::GetFileInformationByHandle(file, &facts) == 0) {
    return refused(EINVAL, "open", path, "it is not a regular file");
  }
  if ((facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    return refused(ELOOP, "open", path, "it is a symbolic link or another reparse point");
  }
  if ((facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return refused(EISDIR, "open", path, "it is not a regular file");
  }
  if (facts.nNumberOfLinks != 1) {
    return refused(EINVAL, "open", path, "it has more than one hard link");
  }
  return std::nullopt;
}

bool is_directory(const std::string& path) {
  const DWORD attributes = ::GetFileAttributesW(windows::long_path(path).c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

bool make_directory(const std::string& path) {
  return ::CreateDirectoryW(windows::long_path(path).c_str(), windows::private_access()) != 0;
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

Result<PrivateFile> PrivateFile::create(const std::string& path) { return open(path, CREATE_NEW); }

// A new file takes the place of the existing one, which may be readable for other users.
Result<PrivateFile> PrivateFile::replace(const std::string& path) {
  auto created = create(path);
  if (created.has_value() || created.error().os_error != EEXIST) return created;
  {
    // No sharing: this fails while another execution writes to it.
    const UniqueHandle old = open_file(path, GENERIC_READ | DELETE, 0, OPEN_EXISTING);
    if (!old) {
      const int reason = last_errno();
      if (reason == ENOENT) return create(path);
      if (reason == EBUSY) return refused(EBUSY, "open", path, "an execution writes to it");
      return is_directory(path) ? refused(EISDIR, "open", path, "it is not a regular file")
                                : errors::io(reason, "open", path);
    }
    if (auto objection = objection_to(old.get(), path)) return std::move(*objection);
    if (!windows::is_own(old.get())) {
      return refused(EPERM, "open", path, "it belongs to another user");
    }
    FILE_DISPOSITION_INFO remove = {TRUE};
    if (::SetFileInformationByHandle(old.get(), FileDispositionInfo, &remove, sizeof remove) == 0) {
      return errors::io(last_errno(), "unlink", path);
    }
  }
  return create(path);
}

Result<PrivateFile> PrivateFile::open(const std::string& path, int disposition) {
  // Others may read it while it grows.
  UniqueHandle file =
      open_file(path, GENERIC_WRITE, FILE_SHARE_READ, static_cast<DWORD>(disposition));
  if (!file) {
    const int reason = last_errno();
    return errors::io(reason == EACCES && is_directory(path) ? EEXIST : reason, "open", path);
  }
  if (auto objection = objection_to(file.get(), path)) return std::move(*objection);
  const int fd = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(file.get()),
                                   _O_WRONLY | _O_BINARY | _O_NOINHERIT);
  if (fd < 0) return errors::io(EMFILE, "open", path);
  static_cast<void>(file.release());
  return PrivateFile(fd, path);
}

// The descriptor is the lock.
std::optional<Error> PrivateFile::lock() { return std::nullopt; }
std::optional<Error> PrivateFile::objection_to_owner() const { return std::nullopt; }
Result<PrivateFile> PrivateFile::create_locked(const std::string& path) { return create(path); }

Result<void> PrivateFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    constexpr std::size_t kMost = std::size_t{1} << 20U;
    const auto size = static_cast<unsigned>(bytes.size() < kMost ? bytes.size() : kMost);
    const int written = ::_write(fd_, bytes.data(), size);
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    Error error = errors::io(written == 0 ? ENOSPC : errno, "write", path_);
    close();
    return error;
  }
  return {};
}

// An open file cannot be removed.
std::optional<Error> PrivateFile::removal() const { return std::nullopt; }

void PrivateFile::close() {
  if (fd_ >= 0) ::_close(std::exchange(fd_, -1));
}

std::string directory_of(const std::string& path) {
  const auto slash = path.find_last_of("\\/");
  if (slash == std::string::npos) return {};
  // `C:\` is a directory, `C:` is the present one of a drive.
  const bool is_root = slash == 0 || path[slash - 1] == ':';
  return path.substr(0, is_root ? slash + 1 : slash);
}

Result<void> make_private_directories(const std::string& path) {
  if (path.empty() || is_directory(path) || make_directory(path)) return {};
  int reason = last_errno();
  if (reason == ENOENT) {
    std::string parent = path;
    while (parent.ends_with('\\') || parent.ends_with('/')) parent.pop_back();
    parent = directory_of(parent);
    if (!parent.empty() && parent != path) {
      if (auto made = make_private_directories(parent); made.has_error()) return made;
      if (make_directory(path)) return {};
      reason = last_errno();
    }
  }
  if (is_directory(path)) return {};
  return errors::io(reason == EEXIST ? ENOTDIR : reason, "mkdir", path);
}

}  // namespace escher
