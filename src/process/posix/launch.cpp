#include "process/launch.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <new>
#include <utility>
#include <vector>

#include "process/boost_process.hpp"
#include "process/host_directory.hpp"
#include "process/host_state.hpp"
#include "process/posix/exec_failure.hpp"
#include "process/posix/host_dumpable.hpp"
#include "process/posix/host_limits.hpp"
#include "process/posix/initializers.hpp"
#include "process/posix/native_launcher.hpp"
#include "process/posix/pseudo_terminal.hpp"
#include "process/posix/stdio_pipes.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

using posix::LaunchOutcome;
using posix::StdioPipes;

bool is_step(const LaunchOutcome& outcome, const char* step) {
  return ::strcmp(outcome.failed_step, step) == 0;
}

// ---- The options of a launch, as initializers.

std::vector<const char*> pointers_to(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  pointers.push_back(nullptr);
  return pointers;
}

// Many children share the environment; the marker replaces its entry for one child.
v2::process_environment environment_of(const std::vector<std::string>& environment,
                                       const std::string& marker) {
  std::vector<v2::cstring_ref> entries;
  entries.reserve(environment.size() + 1);
  const std::size_t name_size = marker.find('=') + 1;
  for (const auto& entry : environment) {
    if (marker.empty() || entry.compare(0, name_size, marker, 0, name_size) != 0) {
      entries.emplace_back(entry.c_str());
    }
  }
  if (!marker.empty()) entries.emplace_back(marker.c_str());
  return v2::process_environment(entries);
}

std::optional<posix::ResourceLimits> resource_limits(const ProcessLimits& limits) {
  posix::ResourceLimits result;
  const auto add = [&](int resource, const std::optional<std::uint64_t>& value,
                       rlim_t headroom = 0) {
    if (value) result.add(resource, static_cast<rlim_t>(*value), *value + headroom);
  };
  // Above the soft limit the process gets SIGXCPU, which it may handle; a second later SIGKILL.
  add(RLIMIT_CPU, limits.cpu_seconds, 1);
  add(RLIMIT_AS, limits.address_space_bytes);
  add(RLIMIT_FSIZE, limits.file_size_bytes);
  add(RLIMIT_NOFILE, limits.open_files);
  add(RLIMIT_NPROC, limits.processes);
  add(RLIMIT_CORE, limits.core_bytes);
  if (result.empty()) return std::nullopt;
  return result;
}

std::optional<posix::LimitMark> mark_of(const LaunchOptions& options) {
  rlimit limit = {};
  if (!posix::get_mark_limit(&limit)) return std::nullopt;
  // A process that outlives the host does not keep the mark of an engine that has started the host.
  const limit_mark::Limits host{limit.rlim_cur, limit.rlim_max};
  const auto mark = options.mark.engine != 0 ? limit_mark::mark(options.mark, host)
                                             : limit_mark::without_mark(host);
  if (mark.hard == 0) return std::nullopt;
  return posix::LimitMark{mark.soft, mark.hard};
}

std::optional<posix::StartDirectory> start_directory(const LaunchOptions& options) {
  const bool is_absolute = options.working_dir && options.working_dir->starts_with('/');
  if (is_absolute || !options.host_directory) return std::nullopt;
  return posix::StartDirectory{options.host_directory->descriptor()};
}

std::optional<posix::InCgroup> in_cgroup(const std::optional<Cgroup>& cgroup,
                                         const LaunchOptions& options) {
  using posix::CgroupEntry;
  if (!cgroup) return std::nullopt;
  auto entry = CgroupEntry::create;
  // With limits the child must enter the cgroup, so it is moved if it cannot be created inside.
  if (options.cgroup_limits) {
    entry = options.cgroups->can_create_inside() ? CgroupEntry::create_or_move : CgroupEntry::move;
  }
  return posix::InCgroup{cgroup->directory_fd(), entry};
}

// The order matters: the child is bound to the host before anything can block, descriptors are
// closed while the limits still allow to open one, and signals are unblocked last.
LaunchOutcome launch_child(const ResolvedCommand& command, const LaunchOptions& options,
                           const StdioPipes& stdio, const std::optional<Cgroup>& cgroup) {
  const posix::Path executable(command.executable);
  const auto argv = pointers_to(command.argv);
  auto environment = environment_of(*command.env, options.marker);
  posix::DefaultSignals signals;
  if (options.ignored_signals) {
    signals.ignored = *options.ignored_signals;
  } else if (options.host_state != nullptr) {
    signals.ignored = options.host_state->status().ignored_signals;
  }
  posix::NewSession session;
  std::optional<posix::ControllingTerminal> terminal;
  if (stdio.terminal) terminal = posix::ControllingTerminal{stdio.child_fds[0]};
  posix::BoundToHost bound_to_host;
  auto inside = in_cgroup(cgroup, options);
  const auto start = start_directory(options);
  std::optional<v2::process_start_dir> directory;
  if (options.working_dir) directory.emplace(*options.working_dir);
  v2::process_stdio descriptors{stdio.child_fds[0], stdio.child_fds[1], stdio.child_fds[2]};
  posix::CloseDescriptors close_others;
  std::optional<posix::OpenFiles> open_files;
  if (const auto original = posix::original_open_files_limit())
    open_files = posix::OpenFiles{*original};
  auto limits = resource_limits(options.limits);
  auto mark = mark_of(options);
  std::optional<posix::Priority> priority;
  if (options.limits.nice) priority = posix::Priority{*options.limits.nice};
  std::optional<posix::FileModeMask> mask;
  if (options.limits.umask) mask = posix::FileModeMask{static_cast<mode_t>(*options.limits.umask)};
  std::optional<posix::NoSupplementaryGroups> groups;
  std::optional<posix::GroupId> group;
  std::optional<posix::UserId> user;
  std::optional<posix::BoundToHost> bound_again;
  const bool changes_user = options.uid || options.gid;
  if (changes_user) groups.emplace();
  if (options.gid) group = posix::GroupId{*options.gid};
  if (options.uid) user = posix::UserId{*options.uid};
  // The change has cancelled the first one.
  if (changes_user) bound_again.emplace();
  std::optional<posix::OnLauncherCpu> on_launcher_cpu;
  if (options.on_launcher_cpu) on_launcher_cpu.emplace();
  posix::UnblockedSignals unblocked;
  const posix::KeptDumpable kept_dumpable(changes_user);
  return posix::NativeLauncher().launch(
      executable, argv.data(), environment, signals, session, terminal, bound_to_host, inside,
      start, directory, descriptors, close_others, open_files, limits, mark, priority, mask, groups,
      group, user, bound_again, on_launcher_cpu, unblocked);
}

// ---- The cgroup.

// A launch goes on without a cgroup only where cgroups cannot be used. After transient exhaustion
// it fails, and is retried.
Result<std::optional<Cgroup>> acquire_unlimited(EngineCgroups& cgroups) {
  errno = 0;
  auto cgroup = cgroups.acquire();
  if (!cgroup && is_transient_exhaustion(errno)) return errors::spawn_failed(errno, "cgroup", {});
  return cgroup;
}

Result<std::optional<Cgroup>> acquire_cgroup(const LaunchOptions& options) {
  if (options.cgroups == nullptr) return std::optional<Cgroup>();
  if (!options.cgroup_limits) {
    if (options.outlives_host) return std::optional<Cgroup>();
    return acquire_unlimited(*options.cgroups);
  }
  auto cgroup = options.cgroups->acquire_limited(*options.cgroup_limits, options.outlives_host);
  if (!cgroup) return cgroup.error();
  return std::optional<Cgroup>(std::move(*cgroup));
}

// The request did not ask for a cgroup, so the launch does not fail without it. The cgroup may have
// been removed, or its type may not allow processes, or the kernel or a sandbox has no cgroups.
void go_without_cgroup(int os_error, EngineCgroups& cgroups, std::optional<Cgroup>& cgroup) {
  cgroup->discard();
  cgroup.reset();
  if (os_error == ENOSYS || os_error == EINVAL || os_error == E2BIG || os_error == EPERM) {
    cgroups.disable();
  }
}

// ---- What a launch returns.

// The path that a failed step was about.
std::string path_of(const LaunchOutcome& outcome, const ResolvedCommand& command,
                    const LaunchOptions& options) {
  if (is_step(outcome, "execve") || is_step(outcome, "posix_spawn")) return command.executable;
  if (is_step(outcome, "chdir")) return options.working_dir.value_or("");
  return {};
}

Error launch_error(const LaunchOutcome& outcome, const ResolvedCommand& command,
                   const LaunchOptions& options) {
  Error error = errors::spawn_failed(outcome.os_error, outcome.failed_step,
                                     path_of(outcome, command, options));
  if (error.path != command.executable) return error;
  const std::string why = posix::why_not_executed(outcome.os_error, command.executable, options);
  if (!why.empty()) error.message += ": " + why;
  return error;
}

// The descriptor changes its owner only when the new owner is complete.
template <typename Owner, typename... Arguments>
Owner take_pipe(UniqueFd& fd, const Strand& strand, Arguments... arguments) {
  Owner owner(strand, fd.get(), arguments...);
  static_cast<void>(fd.release());
  return owner;
}

// Asio could not register another descriptor, or there was no memory. A child that cannot be
// watched is killed.
Error kill_unwatched(pid_t pid, int os_error, const char* step) {
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return errors::spawn_failed(os_error, step, {});
}

Result<LaunchedCommand> take_over(const Strand& strand, LaunchOutcome child, StdioPipes stdio,
                                  Watchdog* watchdog, std::uint64_t since) {
  auto session = watchdog != nullptr ? watchdog->watch(child.pid, since) : Watchdog::Session();
  try {
    ChildProcess process(strand, child.pid, child.pidfd.get(), std::move(session));
    static_cast<void>(child.pidfd.release());
    const PipeKind kind = stdio.terminal ? PipeKind::terminal : PipeKind::pipe;
    LaunchedCommand launched{std::move(process),
                             take_pipe<OutputPipe>(stdio.out, strand, Stream::out, kind),
                             std::nullopt,
                             std::nullopt,
                             std::nullopt,
                             std::nullopt,
                             nullptr};
    if (stdio.err) launched.err = take_pipe<OutputPipe>(stdio.err, strand, Stream::err);
    if (stdio.in) launched.in = take_pipe<InputPipe>(stdio.in, strand, kind);
    if (stdio.terminal) launched.terminal.emplace(stdio.terminal.release());
    return launched;
  } catch (const boost::system::system_error& error) {
    return kill_unwatched(child.pid, error.code().value(), "epoll_ctl");
  } catch (const std::bad_alloc&) {
    return kill_unwatched(child.pid, ENOMEM, "malloc");
  }
}

}  // namespace

Result<LaunchedCommand> launch(const Strand& strand, const ResolvedCommand& command,
                               const LaunchOptions& options) {
  auto stdio = options.terminal ? posix::make_stdio_terminal(*options.terminal)
                                : posix::make_stdio_pipes(options.open_stdin, options.merge_stderr);
  if (!stdio) return stdio.error();
  std::shared_ptr<UniqueFd> reserved;
  if (options.reserve) {
    reserved = std::make_shared<UniqueFd>(::fcntl(stdio->out.get(), F_DUPFD_CLOEXEC, 3));
    if (!*reserved) return errors::spawn_failed(errno, "fcntl", {});
  }
  auto cgroup = acquire_cgroup(options);
  if (!cgroup) return cgroup.error();

  const std::uint64_t since = current_tick();
  auto child = launch_child(command, options, *stdio, *cgroup);
  if (!child.ok() && *cgroup && !options.cgroup_limits && is_step(child, "cgroup")) {
    go_without_cgroup(child.os_error, *options.cgroups, *cgroup);
    child = launch_child(command, options, *stdio, *cgroup);
  }
  if (*cgroup) (*cgroup)->launched();
  if (!child.ok()) return launch_error(child, command, options);
  auto launched = take_over(strand, std::move(child), std::move(*stdio), options.watchdog, since);
  if (launched) launched->cgroup = std::move(*cgroup);
  if (launched) launched->reserved = std::move(reserved);
  return launched;
}

}  // namespace escher
