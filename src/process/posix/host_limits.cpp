#include "process/posix/host_limits.hpp"

#include <unistd.h>

#include <charconv>
#include <cstring>
#include <fstream>
#include <string>

namespace escher::posix {
namespace {

#if defined(__linux__)
// The soft limit in `Max open files            1024                 524288               files`.
std::optional<rlim_t> soft_limit_of(pid_t pid) {
  constexpr const char* kLabel = "Max open files";
  std::ifstream limits("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(limits, line);) {
    if (line.rfind(kLabel, 0) != 0) continue;
    const auto begin = line.find_first_not_of(' ', std::strlen(kLabel));
    if (begin == std::string::npos) return std::nullopt;
    rlim_t value = 0;
    const auto parsed = std::from_chars(line.data() + begin, line.data() + line.size(), value);
    if (parsed.ec != std::errc()) return std::nullopt;
    return value;
  }
  return std::nullopt;
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
