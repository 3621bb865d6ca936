#include "process/posix/host_limits.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {
namespace {

#if defined(__linux__)
// By hand: one std::ifstream brings all of the locales of libstdc++ along, a fifth of the binary.
std::string contents_of(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string contents;
  char chunk[4096];
  while (true) {
    const ssize_t length = ::read(file.get(), chunk, sizeof chunk);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return contents;
    contents.append(chunk, static_cast<std::size_t>(length));
  }
}

// The soft limit in `Max open files            1024                 524288               files`.
std::optional<rlim_t> soft_limit_of(pid_t pid) {
  constexpr std::string_view kLabel = "\nMax open files";
  const std::string limits = contents_of("/proc/" + std::to_string(pid) + "/limits");
  const auto label = limits.find(kLabel);
  if (label == std::string::npos) return std::nullopt;
  const auto begin = limits.find_first_not_of(' ', label + kLabel.size());
  if (begin == std::string::npos) return std::nullopt;
  rlim_t value = 0;
  const auto parsed = std::from_chars(limits.data() + begin, limits.data() + limits.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}
#else
std::optional<rlim_t> soft_limit_of(pid_t) { return std::nullopt; }
#endif

std::optional<rlim_t> look_up() {
  rlimit own = {};
  if (::getrlimit(RLIMIT_NOFILE, &own) != 0) return std::nullopt;
  // Below the hard limit: nobody raised it to the top.
  if (own.rlim_cur < own.rlim_max) return std::nullopt;
  const auto before = soft_limit_of(::getppid());
  if (!before || *before >= own.rlim_cur) return std::nullopt;
  return before;
}

}  // namespace

std::optional<rlim_t> original_open_files_limit() {
  static const std::optional<rlim_t> limit = look_up();
  return limit;
}

}  // namespace escher::posix
