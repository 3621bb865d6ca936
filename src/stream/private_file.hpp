// Files that the engine writes for an execution: logs and overflow. Private by construction (0600,
// directories 0700), never through a link at the last step, never a FIFO, a device or a hard-linked
// file. Blocking writes; used on an io thread, on the strand of the execution that owns the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/error.hpp"

namespace escher {

class PrivateFile {
 public:
  PrivateFile() = default;
  PrivateFile(PrivateFile&& other) noexcept;
  PrivateFile& operator=(PrivateFile&& other) noexcept;
  ~PrivateFile();

  // A file that must not be there yet.
  static Result<PrivateFile> create(const std::string& path);
  // A file that is emptied if it is there. Its owner and its mode stay as they were.
  static Result<PrivateFile> replace(const std::string& path);

  bool is_open() const { return fd_ >= 0; }
  // Of the file that is or was open.
  const std::string& path() const { return path_; }

  // Nothing while it still has its name; else what is to be told: somebody removed it, and what was
  // written goes with it.
  std::optional<Error> removal() const;

  // All of it, or the error that stopped it (the file is closed then).
  Result<void> write(std::string_view bytes);
  void close();

 private:
  PrivateFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  static Result<PrivateFile> open(const std::string& path, int flags);

  int fd_ = -1;
  std::string path_;
};

// Makes a directory and its missing parents, 0700 each.
Result<void> make_private_directories(const std::string& path);

}  // namespace escher
