#include "execution/execution_options.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "execution/execution_host.hpp"
#include "policy/marker.hpp"
#include "process/host_directory.hpp"
#include "recovery/overflow_directory.hpp"

namespace escher {
namespace {

// The request removes the marker: its descendants live on after the host.
bool removes_marker(const ExecutionRequest& request) {
  return std::any_of(request.env.begin(), request.env.end(), [](const EnvironmentChange& change) {
    return change.name == kMarkerName && !change.value;
  });
}

}  // namespace

Millis timeout_of(const ExecutionRequest& request, const Config& config) {
  return request.timeout.value_or(config.default_timeout);
}

StopSteps stop_of(const ExecutionRequest& request, const Config& config) {
  if (request.stop) return *request.stop;
  const bool is_short = request.kill_signal || request.force_kill_after;
  if (config.stop && !is_short) return *config.stop;
  return {{request.kill_signal.value_or(config.kill_signal), StopStep::To::tree,
           request.force_kill_after.value_or(config.force_kill_after)}};
}

std::uint64_t output_limit_of(const ExecutionRequest& request, const Config& config) {
  return request.max_output_size_bytes.value_or(config.max_output_size_bytes);
}

namespace {

// A relative path begins in the directory of the host at the call, under its present name.
std::string beginning_in(const std::shared_ptr<const HostDirectory>& host,
                         const std::optional<std::string>& relative) {
  if (!relative || !host) return {};
  std::string directory = host->path();
  return directory.empty() ? directory : directory.append("/").append(*relative);
}

}  // namespace

std::string record_path_of(const ExecutionRequest& request) {
  std::string path = beginning_in(request.host_directory, request.relative_record_path);
  return path.empty() ? request.record_path.value_or("") : path;
}

std::string log_path_of(const ExecutionRequest& request, const Config& config,
                        const ExecutionId& id) {
  std::string path = beginning_in(request.host_directory, request.relative_log_path);
  if (!path.empty()) return path;
  if (request.output_log_path) return *request.output_log_path;
  return config.log_dir ? *config.log_dir + "/" + format_id(id) + ".log" : std::string();
}

std::string start_directory_of(const ExecutionRequest& request) {
  std::string host = request.host_directory ? request.host_directory->path() : std::string();
  if (!request.working_dir) return host;
  const bool is_absolute = std::filesystem::path(*request.working_dir).is_absolute();
  if (is_absolute || host.empty()) return *request.working_dir;
  return host.append("/").append(*request.working_dir);
}

LaunchOptions launch_options_of(const ExecutionRequest& request, const ExecutionServices& services,
                                const ExecutionId& id) {
  LaunchOptions options;
  options.working_dir = request.working_dir;
  options.host_directory = request.host_directory;
  options.open_stdin = request.effective_stdin_mode() != StdinMode::null_device;
  options.merge_stderr = request.has_one_stream();
  options.terminal = request.pty;
  options.limits = services.config.limits.with(request.limits);
  if (!options.limits.umask) options.limits.umask = request.host_umask;
  options.uid = request.uid;
  options.gid = request.gid;
  options.outlives_host = removes_marker(request);
  if (!options.outlives_host) {
    options.marker = services.marker.entry_for(id);
    options.mark = services.marker.numbers_for(id);
  }
  options.reserve = request.record_path || !log_path_of(request, services.config, id).empty();
  options.watchdog = &services.watchdog;
  options.ignored_signals = request.host_ignored_signals;
  options.host_state = &services.host_state;
  options.cgroups = &services.cgroups;
  const ProcessLimits& limits = options.limits;
  if (limits.memory_max || limits.pids_max) {
    options.cgroup_limits = CgroupLimits{limits.memory_max, limits.pids_max};
  }
  return options;
}

ExecutionOutput::Options output_options_of(const ExecutionRequest& request,
                                           const ExecutionServices& services, const ExecutionId& id,
                                           const std::optional<Redactor>& redactor,
                                           OutputCalls calls) {
  const Config& config = services.config;
  ExecutionOutput::Options options;
  options.partial_line_flush = config.partial_line_flush;
  options.idle_timeout = request.idle_timeout;
  options.watch = request.watch;
  OutputOptions& pipeline = options.pipeline;
  pipeline.token = request.token;
  pipeline.limit = output_limit_of(request, config);
  pipeline.strategy = request.oversized_output_strategy.value_or(config.oversized_output_strategy);
  pipeline.max_line_bytes = config.max_line_bytes;
  pipeline.of_terminal = request.pty.has_value();
  pipeline.redactor = redactor;
  pipeline.keep_exact = request.capture == CaptureMode::raw;
  pipeline.ansi = request.ansi.value_or(config.ansi);
  pipeline.progress = request.progress;
  if (request.output_log_path || config.log_dir) {
    pipeline.log_path = [&request, &config, &id] { return log_path_of(request, config, id); };
    pipeline.log_header = std::move(calls.log_header);
  }
  if (request.record_path) pipeline.record_path = [&request] { return record_path_of(request); };
  if (request.pty) {
    pipeline.terminal = *request.pty;
    options.after_chunk = std::move(calls.after_chunk);
  }
  pipeline.overflow_path = [&overflow = services.overflow, &id](Stream stream) {
    return overflow.path_for(id, stream);
  };
  return options;
}

std::optional<Error> outcome_error(const ExecutionResult& result, EndCause cause,
                                   const ExecutionRequest& request, const Config& config,
                                   const OutcomeErrors& errors_met) {
  switch (cause) {
    case EndCause::timeout:
      return errors::timeout(timeout_of(request, config).count());
    case EndCause::idle_timeout:
      return errors::idle_timeout(request.idle_timeout.value_or(kForever).count());
    case EndCause::lease:
      return errors::lease_expired(request.lease.value_or(kForever).count());
    case EndCause::cancelled:
    case EndCause::shutdown:
      return errors::cancelled();
    case EndCause::output_limit:
      return errors::output_size_exceeded(output_limit_of(request, config));
    case EndCause::spawn_failed:
      return errors_met.launch;
    case EndCause::stream_failed:
      return errors_met.read;
    case EndCause::none:
    case EndCause::signalled:
      break;
  }
  if (result.status == Status::completed) return std::nullopt;
  if (result.exit.signal) return errors::killed_by_signal(*result.exit.signal);
  if (!result.exit.code) return errors::exit_status_unknown();
  return errors::command_failed(*result.exit.code);
}

}  // namespace escher
