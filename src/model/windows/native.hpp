// Text, errors and handles of Windows. The rest of the engine uses UTF-8 and errno. Any thread.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>
#include <utility>

namespace escher::windows {

// Malformed text is replaced character by character.
std::wstring wide(std::string_view utf8);
std::string utf8(std::wstring_view wide);

// The form of a path without the limit of 260 characters, for functions that take one file.
// Relative paths begin in the present directory of the host.
std::wstring long_path(std::string_view path);

// The errno that is closest to an error of the system; EIO if there is none.
int errno_of(DWORD error);
inline int last_errno() { return errno_of(::GetLastError()); }

class UniqueHandle {
 public:
  UniqueHandle() = default;
  // Neither null nor INVALID_HANDLE_VALUE is a handle.
  explicit UniqueHandle(HANDLE handle)
      : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(other.release()) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueHandle() { reset(); }

  HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }
  HANDLE release() { return std::exchange(handle_, nullptr); }
  void reset(HANDLE handle = nullptr) {
    if (HANDLE old = std::exchange(handle_, handle); old != nullptr) ::CloseHandle(old);
  }

 private:
  HANDLE handle_ = nullptr;
};

}  // namespace escher::windows
