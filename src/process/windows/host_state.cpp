#include "process/windows/host_state.hpp"

#include "model/windows/native.hpp"

namespace escher {

std::shared_ptr<const HostDirectory> HostState::directory() {
  std::wstring path(MAX_PATH, L'\0');
  DWORD size = ::GetCurrentDirectoryW(static_cast<DWORD>(path.size()), path.data());
  if (size > path.size()) {
    path.resize(size);
    size = ::GetCurrentDirectoryW(static_cast<DWORD>(path.size()), path.data());
  }
  if (size == 0 || size > path.size()) return nullptr;
  path.resize(size);
  std::string directory = windows::utf8(path);
  const MutexLock lock(mutex_);
  if (!last_ || last_->path() != directory) {
    last_ = std::make_shared<const HostDirectory>(std::move(directory));
  }
  return last_;
}

}  // namespace escher
