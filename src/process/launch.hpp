// Launches a command: makes its pipes, acquires its cgroup and creates the child. On the spawn
// thread only, since a child on Linux is bound to the thread that launched it (parent-death
// signal).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/request.hpp"
#include "model/terminal.hpp"
#include "policy/limit_mark.hpp"
#include "policy/resolved_command.hpp"
#include "process/child_process.hpp"
#include "process/engine_cgroups.hpp"
#include "process/input_pipe.hpp"
#include "process/output_pipe.hpp"
#include "process/strand.hpp"
#include "process/terminal.hpp"
#include "process/watchdog.hpp"

namespace escher {

class HostState;

struct LaunchOptions {
  std::optional<std::string> working_dir;
  // Where a relative `working_dir` begins, and the child without one. Null = the present one.
  std::shared_ptr<const HostDirectory> host_directory;
  bool open_stdin = false;    // otherwise stdin is the null device
  bool merge_stderr = false;  // stderr goes to the pipe of stdout
  // A terminal in place of the pipes, as the controlling one of the child.
  std::optional<TerminalOptions> terminal;
  bool reserve = false;  // keep a descriptor free, see LaunchedCommand::reserved
  ProcessLimits limits;
  // As in ExecutionRequest.
  std::optional<unsigned> uid;
  std::optional<unsigned> gid;
  // `NAME=value`: replaces the entry of that name in the environment; empty = no marker.
  std::string marker;
  limit_mark::Numbers mark;  // the same for processes that lost that, or do not show it; 0 = none
  // Where the cgroup comes from; null = no cgroup. Without limits the launch succeeds even if no
  // cgroup can be acquired.
  EngineCgroups* cgroups = nullptr;
  std::optional<CgroupLimits> cgroup_limits;
  // A process that outlives the host gets a cgroup only if it has limits, and that cgroup outlives
  // the host too.
  bool outlives_host = false;
  // The signals that the host ignores, see HostState. Without them they are read from `host_state`;
  // without both they count as unknown, and the launch takes longer.
  std::optional<std::uint64_t> ignored_signals;
  HostState* host_state = nullptr;
  // The child begins on the CPU of the thread that launches it, see LaunchPlacement. Linux.
  bool on_launcher_cpu = false;
  Watchdog* watchdog = nullptr;  // registers the new session; null = none
};

struct LaunchedCommand {
  ChildProcess process;
  OutputPipe out;
  std::optional<OutputPipe> err;     // not with merge_stderr, nor with a terminal
  std::optional<InputPipe> in;       // with open_stdin, or a terminal
  std::optional<Terminal> terminal;  // if one was asked for
  std::optional<Cgroup> cgroup;
  // A descriptor, with `LaunchOptions::reserve`. The execution closes it just before it opens a
  // file. Otherwise that open could fail for lack of descriptors while the command already runs;
  // this way the launch fails instead, and is retried.
  std::shared_ptr<void> reserved;
};

// On failure the error has the step, its errno and the path that it was about.
Result<LaunchedCommand> launch(const Strand& strand, const ResolvedCommand& command,
                               const LaunchOptions& options);

}  // namespace escher
