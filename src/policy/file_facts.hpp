// What the request rules ask the file system. Implemented by process/file_facts; tests use a fake.
#pragma once

#include <optional>
#include <string>

namespace escher {

class HostDirectory;

// Paths are absolute, or relative to `from`; null = the present working directory of the host.
class FileFacts {
 public:
  enum class Kind { missing, file, directory, other };
  virtual ~FileFacts() = default;
  virtual Kind kind(const std::string& path, const HostDirectory* from) const = 0;
  // A regular file, after links are followed, that the current user may execute. Where a sandbox
  // does not allow the question, any file that a user may execute: execve decides.
  virtual bool is_executable(const std::string& path, const HostDirectory* from) const = 0;
  // What follows `#!` in its first line, up to 255 bytes; nothing if the file does not begin so.
  virtual std::optional<std::string> shebang(const std::string& path,
                                             const HostDirectory* from) const = 0;
};

}  // namespace escher
