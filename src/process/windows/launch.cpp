#include "process/launch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <new>
#include <utility>

#include "policy/windows_environment.hpp"
#include "policy/windows_paths.hpp"
#include "process/host_directory.hpp"
#include "process/windows/initializers.hpp"
#include "process/windows/job.hpp"
#include "process/windows/stdio_pipes.hpp"

namespace escher {
namespace {

using windows::Job;
using windows::StdioPipes;
using windows::UniqueHandle;

// The directory that the child begins in; empty = that of the host.
std::string directory_of_child(const LaunchOptions& options) {
  if (!options.host_directory) return options.working_dir.value_or("");
  return options.working_dir ? options.host_directory->resolve(*options.working_dir)
                             : options.host_directory->path();
}

// CreateProcess resolves a relative program in the directory of the host; the child's is meant.
std::string program_of(const std::string& executable, const std::string& directory) {
  if (windows::is_absolute(executable) || directory.empty()) return executable;
  return HostDirectory(directory).resolve(executable);
}

// ---- The job.

struct Place {
  std::optional<Cgroup> cgroup;
  std::shared_ptr<Job> job;
};

Result<Place> find_place(const LaunchOptions& options) {
  Place place;
  if (options.cgroups != nullptr && options.cgroup_limits) {
    auto cgroup = options.cgroups->acquire_limited(*options.cgroup_limits, options.outlives_host);
    if (!cgroup) return cgroup.error();
    place.cgroup = std::move(*cgroup);
  } else if (options.cgroups != nullptr && !options.outlives_host) {
    place.cgroup = options.cgroups->acquire();
    if (!place.cgroup) return errors::spawn_failed(errno, "CreateJobObject", {});
  }
  if (place.cgroup) {
    place.job = place.cgroup->job();
  } else {
    auto job = Job::create(options.outlives_host);
    if (!job) return job.error();
    place.job = std::move(*job);
  }
  if (!options.limits.cpu_seconds) return place;
  windows::JobLimits limits;
  limits.cpu_seconds = options.limits.cpu_seconds;
  if (options.cgroup_limits) {
    limits.memory = options.cgroup_limits->memory_max;
    limits.processes = options.cgroup_limits->pids_max;
  }
  if (auto set = place.job->set_limits(limits); !set) return set.error();
  return place;
}

// ---- The child.

Error launch_error(DWORD error, const std::string& program, const std::string& directory) {
  const int number = windows::errno_of(error);
  // The program is not at fault.
  if (error == ERROR_DIRECTORY) return errors::spawn_failed(number, "chdir", directory);
  Error failed = errors::spawn_failed(number, "CreateProcess", program);
  if (number == EIO) failed.message += ", error " + std::to_string(error) + " of Windows";
  return failed;
}

Result<std::pair<UniqueHandle, int>> create_child(const Strand& strand,
                                                  const ResolvedCommand& command,
                                                  const LaunchOptions& options,
                                                  const StdioPipes& stdio, const Job& job) {
  const std::string directory = directory_of_child(options);
  const std::string program = program_of(command.executable, directory);
  const HANDLE err = stdio.child_err ? stdio.child_err.get() : stdio.child_out.get();
  v2::process_stdio handles{stdio.child_in.get(), stdio.child_out.get(), err};
  windows::InJobWithHandles in_job(job.handle(),
                                   {stdio.child_in.get(), stdio.child_out.get(), err});
  windows::EnvironmentBlock environment(windows::environment_block(*command.env, options.marker));
  v2::process_start_dir start(windows::wide(directory));
  windows::HiddenConsole console;
  windows::KeptProcess kept;
  const std::wstring line = windows::wide(command.command_line);
  v2::error_code error;
  auto process = v2::windows::default_launcher()(
      strand, error, windows::Path(windows::wide(program)), line.c_str(), handles, in_job,
      environment, start, console, kept);
  process.detach();
  if (error) return launch_error(static_cast<DWORD>(error.value()), program, directory);
  if (!kept.handle) return errors::spawn_failed(EMFILE, "DuplicateHandle", {});
  return std::pair(std::move(kept.handle), kept.pid);
}

// ---- What a launch returns.

template <typename Owner, typename... Arguments>
Owner take_pipe(UniqueHandle& handle, const Strand& strand, Arguments... arguments) {
  Owner owner(strand, reinterpret_cast<std::intptr_t>(handle.get()), arguments...);
  static_cast<void>(handle.release());
  return owner;
}

// A child that cannot be watched is killed.
Error kill_unwatched(Job& job, int os_error, const char* step) {
  job.terminate();
  return errors::spawn_failed(os_error, step, {});
}

Result<LaunchedCommand> take_over(const Strand& strand, UniqueHandle handle, int pid,
                                  StdioPipes stdio, Place place) {
  try {
    ChildProcess process(strand, pid, reinterpret_cast<std::intptr_t>(handle.get()), place.job);
    static_cast<void>(handle.release());
    LaunchedCommand launched{std::move(process),
                             take_pipe<OutputPipe>(stdio.out, strand, Stream::out),
                             std::nullopt,
                             std::nullopt,
                             std::nullopt,
                             std::nullopt,
                             nullptr};
    if (stdio.err) launched.err = take_pipe<OutputPipe>(stdio.err, strand, Stream::err);
    if (stdio.in) launched.in = take_pipe<InputPipe>(stdio.in, strand);
    launched.cgroup = std::move(place.cgroup);
    return launched;
  } catch (const boost::system::system_error& error) {
    const int number = windows::errno_of(static_cast<DWORD>(error.code().value()));
    return kill_unwatched(*place.job, number, "CreateIoCompletionPort");
  } catch (const std::bad_alloc&) {
    return kill_unwatched(*place.job, ENOMEM, "malloc");
  }
}

}  // namespace

Result<LaunchedCommand> launch(const Strand& strand, const ResolvedCommand& command,
                               const LaunchOptions& options) {
  auto stdio = windows::make_stdio_pipes(options.open_stdin, options.merge_stderr);
  if (!stdio) return stdio.error();
  auto place = find_place(options);
  if (!place) return place.error();
  auto child = create_child(strand, command, options, *stdio, *place->job);
  if (!child) return child.error();
  return take_over(strand, std::move(child->first), child->second, std::move(*stdio),
                   std::move(*place));
}

}  // namespace escher
