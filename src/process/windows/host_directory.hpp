// The working directory that the host had at one moment, by its path. Windows: the path cannot be
// taken away while the host stays in it. Any thread.
#pragma once

#include <string>
#include <utility>

namespace escher {

class HostDirectory {
 public:
  explicit HostDirectory(std::string path) : path_(std::move(path)) {}

  int os_error() const { return 0; }
  std::string path() const { return path_; }
  // An absolute path for one that may begin in the directory.
  std::string resolve(const std::string& path) const;

 private:
  const std::string path_;  // ends with a backslash if it is a root
};

}  // namespace escher
