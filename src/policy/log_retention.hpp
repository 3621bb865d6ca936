// Which log files of earlier executions are removed: those that are too old, then the oldest while
// all together are too large. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"
#include "model/time.hpp"

namespace escher {

// How every log of the engine begins.
inline constexpr std::string_view kLogMark = "# escher-execution-engine log\n";

// Whether a file in `logDir` is named like a log: `<id>.log`.
bool is_log_name(std::string_view name);

// What a directory says of a log.
struct LogFacts {
  std::string name;
  std::uint64_t bytes = 0;
  EpochMillis written_at = 0;  // last
};

struct LogLimits {
  Millis age = kForever;
  std::uint64_t bytes = kUnlimited;
};

inline bool is_limited(const LogLimits& limits) {
  return !is_forever(limits.age) || limits.bytes != kUnlimited;
}
inline bool is_too_old(const LogFacts& log, const LogLimits& limits, EpochMillis now) {
  return now - log.written_at > limits.age.count();
}

// The logs to remove, the oldest first.
std::vector<LogFacts> logs_to_remove(std::vector<LogFacts> logs, const LogLimits& limits,
                                     EpochMillis now);

}  // namespace escher
