#include "process/launcher.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <vector>

#include "process/posix/child_process_impl.hpp"
#include "process/posix/host_limits.hpp"
#include "process/posix/spawn.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// The child's ends become 0, 1 and 2 one after the other, so none of them may lie there before.
// Happens only in a host that has closed its own.
Result<UniqueFd> above_stdio(UniqueFd fd) {
  if (fd.get() > 2) return fd;
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
  if (moved < 0) return errors::spawn_failed(errno, "fcntl", {});
  return UniqueFd(moved);
}

Result<Pipe> make_pipe() {
  int ends[2];
#if defined(__APPLE__)
  if (::pipe(ends) != 0) return errors::spawn_failed(errno, "pipe", {});
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#else
  if (::pipe2(ends, O_CLOEXEC) != 0) return errors::spawn_failed(errno, "pipe2", {});
#endif
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  auto read = above_stdio(std::move(pipe.read));
  if (!read) return read.error();
  auto write = above_stdio(std::move(pipe.write));
  if (!write) return write.error();
  return Pipe{std::move(*read), std::move(*write)};
}

// Opened once for the spawn thread, and shared by its children: none of them can change it.
Result<int> null_device() {
  thread_local UniqueFd device;
  if (!device) {
    UniqueFd opened(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!opened) return errors::spawn_failed(errno, "open", "/dev/null");
    auto moved = above_stdio(std::move(opened));
    if (!moved) return moved.error();
    device = std::move(*moved);
  }
  return device.get();
}

// The ends of the pipes: the host's and, until the launch is done, the child's.
struct Stdio {
  UniqueFd child[3];
  int child_in = -1;
  UniqueFd in, out, err;
};

Result<Stdio> make_stdio(const LaunchOptions& options) {
  Stdio stdio;
  if (options.open_stdin) {
    auto pipe = make_pipe();
    if (!pipe) return pipe.error();
    stdio.child[0] = std::move(pipe->read);
    stdio.child_in = stdio.child[0].get();
    stdio.in = std::move(pipe->write);
  } else {
    const auto device = null_device();
    if (!device) return device.error();
    stdio.child_in = *device;
  }
  auto out = make_pipe();
  if (!out) return out.error();
  stdio.child[1] = std::move(out->write);
  stdio.out = std::move(out->read);
  if (!options.merge_stderr) {
    auto err = make_pipe();
    if (!err) return err.error();
    stdio.child[2] = std::move(err->write);
    stdio.err = std::move(err->read);
  }
  return stdio;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 1);
  // execve takes them as char*, and does not write to them.
  for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// The environment is shared by many children, so the marker of one is put in here.
std::vector<char*> environment_pointers(const std::vector<std::string>& environment,
                                        const std::string& marker) {
  std::vector<char*> result = pointers(environment);
  if (marker.empty()) return result;
  const std::size_t name_size = marker.find('=') + 1;
  std::erase_if(result, [&](const char* entry) {
    return entry != nullptr && ::strncmp(entry, marker.c_str(), name_size) == 0;
  });
  result.insert(result.end() - 1, const_cast<char*>(marker.c_str()));
  return result;
}

void add_limit(posix::SpawnPlan& plan, int resource, const std::optional<std::uint64_t>& value,
               rlim_t headroom = 0) {
  if (!value) return;
  const auto soft = static_cast<rlim_t>(*value);
  plan.limits[plan.limit_count++] = {resource, soft, soft + headroom};
}

void add_limits(posix::SpawnPlan& plan, const ProcessLimits& limits) {
  // Over the soft one there is a SIGXCPU, which may be acted on; a second later the end.
  add_limit(plan, RLIMIT_CPU, limits.cpu_seconds, 1);
  add_limit(plan, RLIMIT_AS, limits.address_space_bytes);
  add_limit(plan, RLIMIT_FSIZE, limits.file_size_bytes);
  add_limit(plan, RLIMIT_NOFILE, limits.open_files);
  add_limit(plan, RLIMIT_NPROC, limits.processes);
  add_limit(plan, RLIMIT_CORE, limits.core_bytes);
  plan.nice = limits.nice;
  if (limits.umask) plan.umask = static_cast<mode_t>(*limits.umask);
}

// Which path a failed step was about.
std::string path_of(const char* step, const ResolvedCommand& command,
                    const LaunchOptions& options) {
  if (::strcmp(step, "execve") == 0 || ::strcmp(step, "posix_spawn") == 0) {
    return command.executable;
  }
  if (::strcmp(step, "chdir") == 0) return options.working_dir.value_or("");
  return {};
}

// The descriptor changes hands only once its new owner is there.
template <typename Owner, typename... Arguments>
Owner take_pipe(UniqueFd& fd, const Strand& strand, Arguments... arguments) {
  Owner owner(strand, fd.get(), arguments...);
  static_cast<void>(fd.release());
  return owner;
}

// The reactor may have no room for more descriptors. A child that nobody can watch is ended.
Error give_up(const posix::SpawnOutcome& spawned, const boost::system::system_error& error) {
  ::kill(-spawned.pid, SIGKILL);
  while (::waitpid(spawned.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return errors::spawn_failed(error.code().value(), "epoll_ctl", {});
}

Result<LaunchedCommand> take_over(const Strand& strand, posix::SpawnOutcome spawned, Stdio stdio,
                                  Guard* guard) {
  auto session = guard != nullptr ? guard->watch(spawned.pid) : Guard::Session();
  try {
    LaunchedCommand launched{
        ChildProcess(std::make_shared<ChildProcess::Impl>(
            strand, spawned.pid, std::move(spawned.pidfd), std::move(session))),
        take_pipe<OutputPipe>(stdio.out, strand, Stream::out),
        std::nullopt,
        std::nullopt,
        std::nullopt,
        nullptr};
    if (stdio.err) launched.err = take_pipe<OutputPipe>(stdio.err, strand, Stream::err);
    if (stdio.in) launched.in = take_pipe<InputPipe>(stdio.in, strand);
    return launched;
  } catch (const boost::system::system_error& error) {
    return give_up(spawned, error);
  }
}

// Without one only where there can be none. Otherwise the launch fails, and is tried again.
Result<std::optional<ControlGroup>> lend_unlimited(ControlGroups& groups) {
  errno = 0;
  auto group = groups.lend();
  if (!group && is_passing_lack(errno)) return errors::spawn_failed(errno, "cgroup", {});
  return group;
}

Result<std::optional<ControlGroup>> lend_group(const LaunchOptions& options) {
  if (options.groups == nullptr) return std::optional<ControlGroup>();
  if (!options.group_limits) {
    if (options.outlives_host) return std::optional<ControlGroup>();
    return lend_unlimited(*options.groups);
  }
  auto group = options.groups->make_limited(*options.group_limits, options.outlives_host);
  if (!group) return group.error();
  return std::optional<ControlGroup>(std::move(*group));
}

// Who has limits has to get in.
posix::SpawnPlan::GroupEntry group_entry(const LaunchOptions& options) {
  using Entry = posix::SpawnPlan::GroupEntry;
  if (!options.group_limits) return Entry::made;
  return options.groups->takes_new_processes() ? Entry::made_or_moved : Entry::moved;
}

// Nobody asked for the group, so it is no reason for a launch to fail: it may have been removed, or
// have become one that takes no processes, and a kernel or a sandbox may know no groups at all.
void go_without_group(int os_error, ControlGroups& groups, std::optional<ControlGroup>& group) {
  group->spoil();
  group.reset();
  if (os_error == ENOSYS || os_error == EINVAL || os_error == E2BIG || os_error == EPERM) {
    groups.give_up();
  }
}

}  // namespace

Result<LaunchedCommand> launch(const Strand& strand, const ResolvedCommand& command,
                               const LaunchOptions& options) {
  auto stdio = make_stdio(options);
  if (!stdio) return stdio.error();
  std::shared_ptr<UniqueFd> reserved;
  if (options.reserve) {
    reserved = std::make_shared<UniqueFd>(::fcntl(stdio->out.get(), F_DUPFD_CLOEXEC, 3));
    if (!*reserved) return errors::spawn_failed(errno, "fcntl", {});
  }

  const auto argv = pointers(command.argv);
  const auto envp = environment_pointers(*command.env, options.marker);
  posix::SpawnPlan plan;
  plan.executable = command.executable.c_str();
  plan.argv = argv.data();
  plan.envp = envp.data();
  plan.working_dir = options.working_dir ? options.working_dir->c_str() : nullptr;
  plan.stdio[0] = stdio->child_in;
  plan.stdio[1] = stdio->child[1].get();
  plan.stdio[2] = options.merge_stderr ? stdio->child[1].get() : stdio->child[2].get();
  plan.open_files = posix::original_open_files_limit();
  add_limits(plan, options.limits);
  auto group = lend_group(options);
  if (!group) return group.error();
  if (*group) plan.control_group = (*group)->entrance();
  plan.group_entry = group_entry(options);

  auto spawned = posix::spawn(plan);
  if (!spawned.ok() && *group && !options.group_limits &&
      ::strcmp(spawned.failed_step, "cgroup") == 0) {
    go_without_group(spawned.os_error, *options.groups, *group);
    plan.control_group = -1;
    spawned = posix::spawn(plan);
  }
  if (*group) (*group)->entered();
  if (!spawned.ok()) {
    return errors::spawn_failed(spawned.os_error, spawned.failed_step,
                                path_of(spawned.failed_step, command, options));
  }
  auto launched = take_over(strand, std::move(spawned), std::move(*stdio), options.guard);
  if (launched) launched->group = std::move(*group);
  if (launched) launched->reserved = std::move(reserved);
  return launched;
}

}  // namespace escher
