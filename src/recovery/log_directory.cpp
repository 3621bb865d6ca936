#include "recovery/log_directory.hpp"

namespace escher {

std::size_t remove_old_logs(const std::string& path, const LogLimits& limits) {
  if (!is_limited(limits)) return 0;
  const LogDirectory directory(path);
  std::size_t removed = 0;
  for (const LogFacts& log : logs_to_remove(directory.logs(), limits, wall_now())) {
    if (directory.remove(log)) ++removed;
  }
  return removed;
}

}  // namespace escher
