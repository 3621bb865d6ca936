// One request to run one command, as the engine keeps it. No handle of the caller survives in it.
// A value; made by the caller's thread, then owned by its execution.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/command.hpp"
#include "model/config.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "model/time.hpp"

namespace escher {

// `NAME=value` entries.
using Environment = std::vector<std::string>;

// A name and its new value; no value removes the name.
struct EnvironmentChange {
  std::string name;
  std::optional<std::string> value;
};

enum class StdinMode : std::uint8_t {
  null_device,
  input,  // write `input`, then close
  pipe,   // stays open for send_input until close_input
};

struct ExecutionRequest {
  // The caller's own number for this execution; comes back in every event.
  std::uint64_t token = 0;
  // As text until validation has looked at it.
  std::string id;
  Command command;

  // What the host's environment was when the request was made. Shared, since it seldom changes.
  std::shared_ptr<const Environment> inherited_env;
  std::vector<EnvironmentChange> env;
  bool extend_env = true;
  std::optional<std::string> working_dir;

  std::optional<Millis> timeout;
  std::optional<Millis> idle_timeout;
  std::optional<int> kill_signal;
  std::optional<Millis> force_kill_after;

  StdinMode stdin_mode = StdinMode::null_device;
  std::string input;

  std::optional<std::string> output_log_path;
  std::optional<std::uint64_t> max_output_size_bytes;
  std::optional<OversizedOutputStrategy> oversized_output_strategy;
  bool merge_stderr = false;
  // Whether the command is asked for its progress, by whoever takes its lines.
  bool progress = false;
  // Whether somebody takes the lines from the start.
  bool watch = false;

  // Higher first.
  double priority = 0;

  ProcessLimits limits;

  // Secrets that are taken out of all that is told of the execution.
  std::vector<std::string> redact;

  // Opaque to the engine: kept with the record and given back.
  std::string metadata;
  // What a listing filters by.
  std::vector<std::string> tags;
};

}  // namespace escher
