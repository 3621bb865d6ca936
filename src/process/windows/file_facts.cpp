#include "process/file_facts.hpp"

#include <string_view>

#include "model/windows/native.hpp"
#include "process/host_directory.hpp"

namespace escher {
namespace {

std::wstring path_of(const std::string& path, const HostDirectory* from) {
  return windows::long_path(from == nullptr ? path : from->resolve(path));
}

}  // namespace

FileFacts::Kind SystemFileFacts::kind(const std::string& path, const HostDirectory* from) const {
  const DWORD attributes = ::GetFileAttributesW(path_of(path, from).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES) return Kind::missing;
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return Kind::directory;
  return (attributes & FILE_ATTRIBUTE_DEVICE) != 0 ? Kind::other : Kind::file;
}

// There is no such permission to ask for: the name decides (policy/windows_paths).
bool SystemFileFacts::is_executable(const std::string& path, const HostDirectory* from) const {
  return kind(path, from) == Kind::file;
}

std::optional<std::string> SystemFileFacts::shebang(const std::string& path,
                                                    const HostDirectory* from) const {
  const windows::UniqueHandle file(::CreateFileW(path_of(path, from).c_str(), GENERIC_READ,
                                                 FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                                 OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  char head[257];
  DWORD count = 0;
  const bool is_read = file && ::ReadFile(file.get(), head, sizeof head, &count, nullptr) != 0;
  if (!is_read || count < 2 || head[0] != '#' || head[1] != '!') return std::nullopt;
  const std::string_view line(head + 2, count - 2);
  return std::string(line.substr(0, line.find('\n')));
}

}  // namespace escher
