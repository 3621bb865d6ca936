// Windows. The environment is that of the process: the C library of the addon has a copy of its
// own, which `process.env` does not change.
#include <windows.h>

#include <cwchar>
#include <mutex>
#include <string>

#include "environment.hpp"
#include "model/windows/native.hpp"

namespace escher::binding {
namespace {

// The entries with a NUL after each. The call returns a copy, made under the lock of the system.
std::wstring look() {
  wchar_t* const block = ::GetEnvironmentStringsW();
  if (block == nullptr) return {};
  const wchar_t* end = block;
  while (*end != L'\0') end += std::wcslen(end) + 1;
  std::wstring copy(block, static_cast<std::size_t>(end - block));
  ::FreeEnvironmentStringsW(block);
  return copy;
}

Environment entries_of(const std::wstring& block) {
  Environment entries;
  for (std::size_t at = 0; at < block.size();) {
    const std::wstring_view entry(block.c_str() + at);
    entries.push_back(windows::utf8(entry));
    at += entry.size() + 1;
  }
  return entries;
}

}  // namespace

std::shared_ptr<const Environment> capture_environment() {
  // Called on the JavaScript threads of several environments (Workers).
  static std::mutex mutex;
  static std::wstring last_block;
  static std::shared_ptr<const Environment> last = std::make_shared<Environment>();
  std::wstring block = look();
  const std::lock_guard lock(mutex);
  if (block != last_block) {
    last = std::make_shared<Environment>(entries_of(block));
    last_block = std::move(block);
  }
  return last;
}

}  // namespace escher::binding
