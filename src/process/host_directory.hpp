// The working directory that the host had at one moment. It refers to the directory itself: neither
// a chdir() of the host nor a new name of the directory changes what it is. Any thread.
#pragma once

#if defined(_WIN32)
#include "process/windows/host_directory.hpp"
#else

#include <cstdint>
#include <string>
#include <utility>

#include "process/posix/unique_fd.hpp"

namespace escher {

class HostDirectory {
 public:
  // `os_error`: an errno of transient exhaustion, if there was no descriptor for it; else 0.
  HostDirectory(UniqueFd fd, std::uint64_t device, std::uint64_t inode, int os_error)
      : fd_(std::move(fd)), device_(device), inode_(inode), os_error_(os_error) {}

  int os_error() const { return os_error_; }
  int descriptor() const { return fd_.get(); }
  // Its descriptor keeps the inode from being used again.
  bool is(std::uint64_t device, std::uint64_t inode) const {
    return os_error_ == 0 && device == device_ && inode == inode_;
  }
  // Its present name, for what takes no descriptor. Empty if it was removed, or if the system does
  // not report the name: Linux without /proc.
  std::string path() const;

 private:
  const UniqueFd fd_;
  const std::uint64_t device_;
  const std::uint64_t inode_;
  const int os_error_;
};

}  // namespace escher

#endif  // _WIN32
