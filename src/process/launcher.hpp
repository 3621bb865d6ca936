// Makes the pipes and launches a command. On the spawn thread only: a child is bound to the thread
// that launched it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/request.hpp"
#include "policy/validation.hpp"
#include "process/child_process.hpp"
#include "process/control_group.hpp"
#include "process/guard.hpp"
#include "process/input_pipe.hpp"
#include "process/output_pipe.hpp"
#include "process/strand.hpp"

namespace escher {

struct LaunchOptions {
  std::optional<std::string> working_dir;
  bool open_stdin = false;    // else the null device
  bool merge_stderr = false;  // stderr into stdout's pipe
  bool reserve = false;       // a descriptor for a file that is opened right after the launch
  ProcessLimits limits;
  // `NAME=value`, in place of what the environment has under that name; empty = none.
  std::string marker;
  // A control group of its own, and its name.
  std::optional<GroupLimits> group;
  std::string group_name;
  Guard* guard = nullptr;  // is told of the new session
};

struct LaunchedCommand {
  ChildProcess process;
  OutputPipe out;
  std::optional<OutputPipe> err;  // not with merge_stderr
  std::optional<InputPipe> in;    // with open_stdin
  std::optional<ControlGroup> group;
  // Let go just before that file is opened. Without it the command would run, and its log would be
  // what descriptors are missing for: so it is the launch that waits for one.
  std::shared_ptr<void> reserved;
};

// On failure the error names the step, its errno and the path it was about.
Result<LaunchedCommand> launch(const Strand& strand, const ResolvedCommand& command,
                               const LaunchOptions& options);

}  // namespace escher
