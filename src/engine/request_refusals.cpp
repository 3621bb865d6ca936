#include "engine/request_refusals.hpp"

#include <cerrno>
#include <string>

#include "execution/execution.hpp"
#include "policy/command_text.hpp"
#include "policy/windows_refusals.hpp"
#include "process/host_directory.hpp"
#include "process/terminal.hpp"

namespace escher {

Error as_spawn_failure(const Error& refusal, const ExecutionRequest& request) {
  const std::string directory = request.working_dir.value_or("");
  switch (refusal.reason) {
    case ValidationReason::working_dir_not_found:
      return errors::spawn_failed(ENOENT, "chdir", directory);
    case ValidationReason::invalid_working_dir:
      return errors::spawn_failed(ENOTDIR, "chdir", directory);
    case ValidationReason::script_not_executable:
      return errors::spawn_failed(EACCES, "execve", describe(request.command));
    default:
      return errors::spawn_failed(ENOENT, "execve", describe(request.command));
  }
}

std::optional<Error> refuse_directory(const ExecutionRequest& request) {
  const auto& directory = request.host_directory;
  if (!directory || directory->os_error() == 0) return std::nullopt;
  return errors::spawn_failed(directory->os_error(), "open", ".");
}

std::optional<Error> refuse_terminal(const ExecutionRequest& request) {
  if (!request.pty || Terminal::is_supported()) return std::nullopt;
  return errors::validation(ValidationReason::unsupported_pty,
                            "\"pty\" is not supported on this platform, only on Linux");
}

std::optional<Error> refuse_unknown_to_system([[maybe_unused]] const Execution& execution) {
#if defined(_WIN32)
  const LaunchOptions options = execution.launch_options();
  return windows::refuse_unsupported(options.limits, options.uid, options.gid);
#else
  return std::nullopt;
#endif
}

std::optional<Error> refuse_limits(const Execution& execution) {
  const auto limits = execution.launch_options().cgroup_limits;
  if (!limits) return std::nullopt;
  auto refusal = Cgroup::check_limits(*limits);
  if (!refusal) return std::nullopt;
  const char* field = limits->memory_max ? "limits.memoryMax" : "limits.pidsMax";
  return errors::validation(
      ValidationReason::unsupported_limit,
      std::string(field) + " needs a delegated cgroup v2. " + refusal->message +
          ". `escher-execution-engine doctor` shows what this machine supports");
}

}  // namespace escher
