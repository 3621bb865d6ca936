// A request to run one command. It holds copies only, no reference into the caller. A value;
// created on the caller's thread, then owned by its execution.
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
#include "model/stop.hpp"
#include "model/terminal.hpp"
#include "model/time.hpp"

namespace escher {

class HostDirectory;

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

// Which output is kept for the program that made the request.
enum class CaptureMode : std::uint8_t {
  redacted,
  raw,  // also the exact one, in memory
};

struct ExecutionRequest {
  // The caller's number for this execution; every event carries it.
  std::uint64_t token = 0;
  // Not yet validated.
  std::string id;
  Command command;

  // The environment of the host at the time of the request. Shared, because it rarely changes.
  std::shared_ptr<const Environment> inherited_env;
  std::vector<EnvironmentChange> env;
  bool extend_env = true;
  // Asks the command for colours, or against them, by variables of its environment.
  std::optional<bool> color;
  std::optional<AnsiMode> ansi;
  std::optional<std::string> working_dir;
  // Where a relative path of the request begins, and the umask that is not set by it: those of the
  // host at the time of the request. Without them, those of the launch.
  std::shared_ptr<const HostDirectory> host_directory;
  std::optional<unsigned> host_umask;
  // The signals that the host ignored then; signal 1 is bit 0. For a launch that follows at once.
  std::optional<std::uint64_t> host_ignored_signals;

  std::optional<Millis> timeout;
  std::optional<Millis> idle_timeout;
  // It ends unless it is renewed within this time.
  std::optional<Millis> lease;
  std::optional<int> kill_signal;
  std::optional<Millis> force_kill_after;
  // In place of the two.
  std::optional<StopSteps> stop;

  StdinMode stdin_mode = StdinMode::null_device;
  std::string input;

  // A relative path of the caller, with the name that the working directory had at the call.
  std::optional<std::string> output_log_path;
  // As the caller has given it, if it is relative.
  std::optional<std::string> relative_log_path;
  // The same for the recording.
  std::optional<std::string> record_path;
  std::optional<std::string> relative_record_path;
  std::optional<std::uint64_t> max_output_size_bytes;
  std::optional<OversizedOutputStrategy> oversized_output_strategy;
  CaptureMode capture = CaptureMode::redacted;
  bool merge_stderr = false;
  // A pseudo-terminal in place of the pipes: it merges stderr, and takes input.
  std::optional<TerminalOptions> pty;
  // Whether progress sequences (OSC 9;4) are kept for the consumer of the lines.
  bool progress = false;
  // Whether a consumer receives the lines from the start.
  bool watch = false;

  // Higher first.
  double priority = 0;
  // Executions of one key share a limit. Empty = none.
  std::string key;

  ProcessLimits limits;

  // The user and the group of the command. With one of them, it has no supplementary groups.
  std::optional<unsigned> uid;
  std::optional<unsigned> gid;

  // Secrets to redact in everything that is reported, kept or written for this execution.
  std::vector<std::string> redact;

  // Opaque to the engine: kept with the record and returned.
  std::string metadata;
  // A listing can filter by them.
  std::vector<std::string> tags;

  bool has_one_stream() const { return merge_stderr || pty; }
  StdinMode effective_stdin_mode() const {
    return pty && stdin_mode == StdinMode::null_device ? StdinMode::pipe : stdin_mode;
  }
};

}  // namespace escher
