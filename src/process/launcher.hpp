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
#include "process/control_groups.hpp"
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
  // Where its control group comes from: best effort, unless it has limits.
  ControlGroups* groups = nullptr;
  std::optional<GroupLimits> group_limits;
  // Without limits it gets none then, with them one that outlives the host as well.
  bool outlives_host = false;
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
