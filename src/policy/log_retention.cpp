#include "policy/log_retention.hpp"

#include <algorithm>

#include "model/id.hpp"

namespace escher {

bool is_log_name(std::string_view name) {
  constexpr std::string_view kEnd = ".log";
  if (!name.ends_with(kEnd)) return false;
  const std::string_view stem = name.substr(0, name.size() - kEnd.size());
  const auto id = parse_id(stem);
  return id && format_id(*id) == stem;
}

std::vector<LogFacts> logs_to_remove(std::vector<LogFacts> logs, const LogLimits& limits,
                                     EpochMillis now) {
  std::sort(logs.begin(), logs.end(),
            [](const LogFacts& a, const LogFacts& b) { return a.written_at < b.written_at; });
  std::uint64_t total = 0;
  for (const LogFacts& log : logs) total += log.bytes;
  auto kept = logs.begin();
  while (kept != logs.end() && (is_too_old(*kept, limits, now) || total > limits.bytes)) {
    total -= kept->bytes;
    ++kept;
  }
  logs.erase(kept, logs.end());
  return logs;
}

}  // namespace escher
