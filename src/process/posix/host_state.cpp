#include "process/host_state.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "process/engine_cgroups.hpp"

namespace escher {
namespace {

#if defined(O_PATH)
constexpr int kFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
#else
constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

// The number in the line of /proc/self/status that begins with `label`. The name of the process
// comes before, with its line feeds escaped. Nothing if the line is not there as a whole.
template <typename Number>
std::optional<Number> number_in(std::string_view status, std::string_view label, int base) {
  const auto found = status.find(label);
  if (found == std::string_view::npos) return std::nullopt;
  status.remove_prefix(found + label.size());
  Number number = 0;
  const char* const end = status.data() + status.size();
  const auto parsed = std::from_chars(status.data(), end, number, base);
  if (parsed.ec != std::errc() || parsed.ptr == end) return std::nullopt;
  return number;
}

}  // namespace

std::shared_ptr<const HostDirectory> HostState::directory() {
  struct stat facts;
  if (::stat(".", &facts) != 0) return nullptr;
  const auto device = static_cast<std::uint64_t>(facts.st_dev);
  const auto inode = static_cast<std::uint64_t>(facts.st_ino);
  const MutexLock lock(mutex_);
  if (last_ && last_->is(device, inode)) return last_;
  UniqueFd fd(::open(".", kFlags));
  const int reason = fd ? 0 : errno;
  if (reason != 0 && !is_transient_exhaustion(reason)) return nullptr;
  auto opened = std::make_shared<const HostDirectory>(std::move(fd), device, inode, reason);
  if (reason == 0) last_ = opened;
  return opened;
}

std::string_view HostState::status_file(std::span<char> text) {
  int fd = status_fd_.load();
  if (fd < 0) {
    const MutexLock lock(mutex_);
    if (!status_) status_.reset(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    fd = status_.get();
    status_fd_.store(fd);
  }
  const ssize_t size = fd >= 0 ? ::pread(fd, text.data(), text.size(), 0) : 0;
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

HostState::Status HostState::status() {
  char text[4096];  // with the supplementary groups, of which there may be many
  const std::string_view file = status_file(text);
  Status status;
  status.umask = number_in<unsigned>(file, "\nUmask:\t", 8);
  if (const auto ignored = number_in<std::uint64_t>(file, "\nSigIgn:\t", 16)) {
    status.ignored_signals = *ignored;
  }
  return status;
}

}  // namespace escher
