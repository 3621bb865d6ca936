#include "policy/config_rules.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/rules.hpp"

namespace escher {
namespace {

using Violation = std::optional<Error>;

Violation refuse(std::string_view field, std::string_view what, std::string_view got) {
  return errors::invalid_config(must_be(field, what, got));
}

Violation check_positive(std::string_view field, Millis value) {
  if (is_positive(value)) return {};
  return refuse(field, "greater than 0", format_number(value.count()));
}

Violation check_not_negative(std::string_view field, Millis value) {
  if (is_not_negative(value)) return {};
  return refuse(field, "0 or greater", format_number(value.count()));
}

Violation check_at_least_one(std::string_view field, std::uint64_t value) {
  if (value >= 1) return {};
  return refuse(field, "an integer of 1 or greater", std::to_string(value));
}

Violation check_path(std::string_view field, const std::optional<std::string>& path) {
  if (!path) return {};
  if (path->empty()) return refuse(field, "a path", "an empty string");
  if (has_nul(*path)) return refuse(field, "a path", "a string with NUL bytes");
  return {};
}

Violation check_default_timeout(const Config& config) {
  if (auto violation = check_positive("defaultTimeoutMs", config.default_timeout)) return violation;
  if (config.default_timeout <= config.max_timeout) return {};
  return refuse("defaultTimeoutMs",
                "at most \"maxTimeoutMs\" (" + format_number(config.max_timeout.count()) + ")",
                format_number(config.default_timeout.count()));
}

Violation check_redact(const std::vector<std::string>& secrets) {
  std::string problem = problem_with_secrets(secrets);
  if (problem.empty()) return {};
  return errors::invalid_config(std::move(problem));
}

Violation check_stop(const std::optional<StopSteps>& steps) {
  std::string problem = steps ? problem_with_stop(*steps) : std::string();
  if (problem.empty()) return {};
  return errors::invalid_config(std::move(problem));
}

Violation check_retention(std::string_view field, Millis value) {
  if (is_not_negative(value)) return {};
  return refuse(field, "0 or greater", format_number(value.count() / 1000));
}

Violation check_kill_signal(int number) {
  if (is_signal(number)) return {};
  return refuse("killSignal", "a signal from 1 to " + std::to_string(kLastSignal),
                std::to_string(number));
}

}  // namespace

std::optional<Error> validate(const Config& config) {
  const Violation rules[] = {
      check_positive("maxTimeoutMs", config.max_timeout),
      check_default_timeout(config),
      check_path("logDir", config.log_dir),
      check_at_least_one("maxConcurrentExecutions", config.max_concurrent_executions),
      check_at_least_one("maxInMemoryExecutions", config.max_in_memory_executions),
      check_retention("logRetentionSecs", config.log_retention),
      check_retention("executionRetentionSecs", config.execution_retention),
      check_positive("cleanupIntervalMs", config.cleanup_interval),
      check_path("overflowDir", config.overflow_dir),
      check_redact(config.redact),
      check_at_least_one("maxLineBytes", config.max_line_bytes),
      check_not_negative("partialLineFlushMs", config.partial_line_flush),
      check_kill_signal(config.kill_signal),
      check_not_negative("forceKillAfterDelayMs", config.force_kill_after),
      check_stop(config.stop),
      check_not_negative("drainGraceMs", config.drain_grace),
      check_at_least_one("maxPendingEventBytes", config.max_pending_event_bytes),
      check_at_least_one("ioThreads", config.io_threads),
  };
  for (const Violation& violation : rules) {
    if (violation) return violation;
  }
  return {};
}

}  // namespace escher
