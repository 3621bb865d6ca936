#include "process/linux/watchdog/watchdog_file.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "process/linux/watchdog/watchdog_image.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace escher::posix {
namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

WatchdogFile::WatchdogFile(Place place)
    : is_there_(place == memory ? create_in_memory() : create_in_directory()) {}

WatchdogFile::~WatchdogFile() {
  if (directory_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

bool WatchdogFile::create_in_memory() {
  memory_ = UniqueFd(::memfd_create("escher-watchdog", MFD_CLOEXEC | MFD_EXEC));
  // Linux before 6.3 rejects the flag and does not need it.
  if (!memory_) memory_ = UniqueFd(::memfd_create("escher-watchdog", MFD_CLOEXEC));
  // Descriptors 0 to 2 become the watchdog's stdio.
  if (memory_ && memory_.get() <= 2) {
    memory_ = UniqueFd(::fcntl(memory_.get(), F_DUPFD_CLOEXEC, 3));
  }
  // The path is for sandboxes without execveat. It leads through the descriptors of the host, since
  // the child has closed its own before execve.
  path_ = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(memory_.get());
  return memory_ && write_all(memory_.get(), watchdog_image());
}

bool WatchdogFile::create_in_directory() {
  std::error_code error;
  directory_ = std::filesystem::temp_directory_path(error).string() + "/escher-watchdog-XXXXXX";
  if (error || ::mkdtemp(directory_.data()) == nullptr) {
    directory_.clear();
    return false;
  }
  path_ = directory_ + "/escher-watchdog";
  const UniqueFd file(
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700));
  return file && write_all(file.get(), watchdog_image());
}

}  // namespace escher::posix
