#include "process/posix/host_limits.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <string>
#include <string_view>

#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"
#if defined(__linux__)
#include "process/linux/proc/process_entry.hpp"
#endif

namespace escher::posix {
namespace {

#if defined(__linux__)
// The soft limit in `Max open files            1024                 524288               files`.
std::optional<rlim_t> soft_limit_of(pid_t pid) {
  constexpr std::string_view kLabel = "\nMax open files";
  const UniqueFd table(open_process_table());
  if (!table) return std::nullopt;
  const std::string path = std::to_string(pid) + "/limits";
  const UniqueFd file(::openat(table.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string limits = file ? contents_of(file.get()) : std::string();
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
  // The runtime raises the soft limit to the hard one, so it did not raise this one.
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
