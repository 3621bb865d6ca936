// Files that the engine writes for an execution: logs and overflow. Files have mode 0600, new
// directories 0700. The last path component must not be a symbolic link, a FIFO, a device, a file
// with several hard links or one of another user. Blocking writes, on the strand of the execution
// that owns the file.
//
// Windows: a directory entry that leads elsewhere (a reparse point) counts as a symbolic link. The
// user alone has access, whatever the directory would hand down.
//
// A file that can be replaced has a lock (flock) while it is open, so that no execution of any
// engine replaces the log that another one writes.
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

  // Creates a file that must not exist.
  static Result<PrivateFile> create(const std::string& path);
  // Creates a file, also in place of an existing one of the same user, unless that is locked. Where
  // the directory does not allow that, the existing one is truncated and gets the mode.
  static Result<PrivateFile> replace(const std::string& path);

  bool is_open() const { return fd_ >= 0; }
  // Of the file that is or was open.
  const std::string& path() const { return path_; }

  // An error if the open file was removed, because its content is lost with the descriptor.
  std::optional<Error> removal() const;

  // Writes all bytes. On an error the file is closed.
  Result<void> write(std::string_view bytes);
  void close();

 private:
  PrivateFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  static Result<PrivateFile> open(const std::string& path, int flags);
  static Result<PrivateFile> create_locked(const std::string& path);
  std::optional<Error> lock();
  std::optional<Error> objection_to_owner() const;

  int fd_ = -1;
  bool locked_ = false;
  std::string path_;
};

// The directory part of a path; empty for a plain name, and for the root of POSIX.
std::string directory_of(const std::string& path);

// Creates a directory and its missing parents, with mode 0700; on Windows with access for
// this user only.
Result<void> make_private_directories(const std::string& path);

}  // namespace escher
