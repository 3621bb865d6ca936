// The effective configuration of one engine: every default is applied, and policy/config_rules has
// checked the values. Immutable while the engine runs, so any thread may read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/limits.hpp"
#include "model/signals.hpp"
#include "model/stop.hpp"
#include "model/time.hpp"

namespace escher {

enum class OversizedOutputStrategy : std::uint8_t {
  truncate_with_warning,
  fail_execution,
  stream_to_file,
};

// Which escape sequences output keeps.
enum class AnsiMode : std::uint8_t {
  by_sink,  // all of them in results and events, colours in log files
  raw,      // all of them
  sgr,      // colours
  strip,    // none
};

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// The limits of single keys.
using KeyLimits = std::map<std::string, std::size_t>;

struct Config {
  Millis default_timeout{300'000};
  Millis max_timeout{3'600'000};
  bool stream_output = true;
  std::optional<std::string> log_dir;
  // Of the logs in `log_dir`: the age of the last line, and the size of all together.
  Millis log_retention = kForever;
  std::uint64_t log_retention_bytes = kUnlimited;

  std::size_t max_concurrent_executions = 100;
  std::size_t max_queued_executions = 0;            // kUnlimited allowed
  std::size_t max_concurrent_per_key = kUnlimited;  // of keys without a limit of their own
  KeyLimits key_limits;

  std::size_t max_in_memory_executions = 1000;
  Millis execution_retention{3'600'000};
  bool enable_auto_cleanup = true;
  Millis cleanup_interval{60'000};

  std::uint64_t max_output_size_bytes = 10'485'760;  // per stream
  std::uint64_t max_retained_bytes = 268'435'456;    // finished executions, whole engine
  OversizedOutputStrategy oversized_output_strategy =
      OversizedOutputStrategy::truncate_with_warning;
  // Secrets to redact in everything that the engine reports, keeps or writes.
  std::vector<std::string> redact;
  AnsiMode ansi = AnsiMode::by_sink;
  std::optional<std::string> overflow_dir;
  bool keep_overflow_files = false;
  // Directory of the journal; without it there is no journal.
  std::optional<std::string> journal_dir;

  std::size_t max_line_bytes = 1'048'576;
  Millis partial_line_flush{100};

  int kill_signal = SIGTERM;
  Millis force_kill_after{5000};  // kForever = never
  // In place of the two.
  std::optional<StopSteps> stop;
  Millis drain_grace{500};
  std::uint64_t max_pending_event_bytes = 16'777'216;

  // Defaults for requests that do not set a limit.
  ProcessLimits limits;

  std::size_t io_threads = 1;
  // Whether `node` runs `.ts` scripts; the host knows its version.
  bool node_runs_typescript = false;
};

}  // namespace escher
