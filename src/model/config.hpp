// The effective configuration of one engine: every default is applied, every number checked by
// policy/validation. Read-only once the engine runs, so any thread may read it.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "model/limits.hpp"
#include "model/time.hpp"

namespace escher {

enum class OversizedOutputStrategy : std::uint8_t {
  truncate_with_warning,
  fail_execution,
  stream_to_file,
};

// What of escape sequences is left in output.
enum class AnsiMode : std::uint8_t {
  by_sink,  // all in results and events, colours in log files
  raw,      // all
  sgr,      // colours
  strip,    // none
};

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

struct Config {
  Millis default_timeout{300'000};
  Millis max_timeout{3'600'000};
  bool stream_output = true;
  std::optional<std::string> log_dir;

  std::size_t max_concurrent_executions = 100;
  std::size_t max_queued_executions = 0;  // kUnlimited allowed

  std::size_t max_in_memory_executions = 1000;
  Millis execution_retention{3'600'000};
  bool enable_auto_cleanup = true;
  Millis cleanup_interval{60'000};

  std::uint64_t max_output_size_bytes = 10'485'760;  // per stream
  std::uint64_t max_retained_bytes = 268'435'456;    // finished executions, whole engine
  OversizedOutputStrategy oversized_output_strategy =
      OversizedOutputStrategy::truncate_with_warning;
  // Secrets that are taken out of all that is told of any execution.
  std::vector<std::string> redact;
  AnsiMode ansi = AnsiMode::by_sink;
  std::optional<std::string> overflow_dir;
  bool keep_overflow_files = false;
  // Where the journal lies; none = there is none.
  std::optional<std::string> journal_dir;

  std::size_t max_line_bytes = 1'048'576;
  Millis partial_line_flush{100};

  int kill_signal = SIGTERM;
  Millis force_kill_after{5000};  // kForever = never
  Millis drain_grace{500};
  std::uint64_t max_pending_event_bytes = 16'777'216;

  // Of every execution whose request does not set its own.
  ProcessLimits limits;

  std::size_t io_threads = 1;
  // Whether a `.ts` script may be given to `node`: known to the host only.
  bool node_runs_typescript = false;
};

}  // namespace escher
