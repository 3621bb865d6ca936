// Requests and configurations out of JavaScript objects.
#include <cstdint>
#include <limits>

#include "convert.hpp"
#include "environment.hpp"

namespace escher::binding {
namespace {

std::optional<Napi::Value> get(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined() || value.IsNull()) return std::nullopt;
  return value;
}

std::optional<std::string> get_string(const Napi::Object& object, const char* name) {
  const auto value = get(object, name);
  if (!value) return std::nullopt;
  if (!value->IsString()) wrong_type(object.Env(), name, "a string");
  return value->As<Napi::String>().Utf8Value();
}

std::string need_string(const Napi::Object& object, const char* name) {
  auto value = get_string(object, name);
  if (!value) wrong_type(object.Env(), name, "a string");
  return std::move(*value);
}

std::optional<double> get_number(const Napi::Object& object, const char* name) {
  const auto value = get(object, name);
  if (!value) return std::nullopt;
  if (!value->IsNumber()) wrong_type(object.Env(), name, "a number");
  return value->As<Napi::Number>().DoubleValue();
}

double need_number(const Napi::Object& object, const char* name) {
  const auto value = get_number(object, name);
  if (!value) wrong_type(object.Env(), name, "a number");
  return *value;
}

bool get_bool(const Napi::Object& object, const char* name) {
  return object.Get(name).ToBoolean().Value();
}

// Infinity and what is beyond the type become its largest value.
std::uint64_t to_count(double value) {
  if (!(value > 0)) return 0;
  if (value >= 1.8e19) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(value);
}

std::vector<std::string> get_strings(const Napi::Object& object, const char* name) {
  const auto value = get(object, name);
  return value ? to_strings(*value, name) : std::vector<std::string>{};
}

OversizedOutputStrategy to_strategy(Napi::Env env, const std::string& name) {
  if (name == "truncateWithWarning") return OversizedOutputStrategy::truncate_with_warning;
  if (name == "failExecution") return OversizedOutputStrategy::fail_execution;
  if (name == "streamToFile") return OversizedOutputStrategy::stream_to_file;
  wrong_type(env, "oversizedOutputStrategy", "one of its three names");
}

AnsiMode to_ansi(Napi::Env env, const std::string& name) {
  if (name == "raw") return AnsiMode::raw;
  if (name == "sgr") return AnsiMode::sgr;
  if (name == "strip") return AnsiMode::strip;
  wrong_type(env, "ansi", "raw, sgr or strip");
}

constexpr double kShell = 0;
constexpr double kExec = 1;
constexpr double kScript = 2;

Command to_command(FlatReader& fields) {
  const double kind = fields.need_number("command.type");
  std::string subject = fields.need_text("command");
  std::optional<std::string> detail = fields.text("command");
  std::vector<std::string> args = fields.texts("command.args");
  std::optional<std::string> profile = fields.text("command.profile");
  std::optional<std::string> region = fields.text("command.region");
  if (kind == kShell) return ShellCommand{std::move(subject), std::move(detail)};
  if (kind == kExec) return ExecCommand{std::move(subject), std::move(args)};
  if (kind == kScript) return ScriptCommand{std::move(subject), std::move(detail), std::move(args)};
  return AwsCliCommand{std::move(subject), detail.value_or(""), std::move(args), std::move(profile),
                       std::move(region)};
}

std::vector<EnvironmentChange> to_changes(FlatReader& fields) {
  std::vector<EnvironmentChange> changes;
  const auto value = fields.value();
  if (!value) return changes;
  const Napi::Array pairs = need_array(*value, "env");
  const std::uint32_t length = pairs.Length();
  for (std::uint32_t i = 0; i + 1 < length; i += 2) {
    EnvironmentChange change{pairs.Get(i).As<Napi::String>().Utf8Value(), std::nullopt};
    const Napi::Value text = pairs.Get(i + 1);
    if (!text.IsNull()) change.value = text.As<Napi::String>().Utf8Value();
    changes.push_back(std::move(change));
  }
  return changes;
}

void take_environment(FlatReader& fields, ExecutionRequest& request) {
  request.env = to_changes(fields);
  request.extend_env = fields.boolean();
  const auto inherited = fields.value();
  if (!request.extend_env) return;
  request.inherited_env =
      inherited ? std::make_shared<const Environment>(to_strings(*inherited, "inheritedEnv"))
                : capture_environment();
}

void take_stdin(FlatReader& fields, ExecutionRequest& request) {
  const std::string mode = fields.need_text("stdin");
  const auto input = fields.value();
  if (mode == "pipe") request.stdin_mode = StdinMode::pipe;
  if (mode != "input" || !input) return;
  request.stdin_mode = StdinMode::input;
  request.input = to_bytes(*input);
}

ProcessLimits to_limits(const std::optional<Napi::Value>& value) {
  ProcessLimits limits;
  if (!value) return limits;
  FlatReader fields(need_array(*value, "limits"));
  const auto count = [&fields]() -> std::optional<std::uint64_t> {
    const auto number = fields.number("limits");
    if (!number) return std::nullopt;
    return to_count(*number);
  };
  limits.cpu_seconds = count();
  limits.address_space_bytes = count();
  limits.file_size_bytes = count();
  limits.open_files = count();
  limits.processes = count();
  limits.core_bytes = count();
  if (const auto nice = fields.number("limits.nice")) limits.nice = static_cast<int>(*nice);
  limits.memory_max = count();
  limits.pids_max = count();
  return limits;
}

std::optional<unsigned> to_umask(const std::optional<double>& value) {
  if (!value) return std::nullopt;
  return static_cast<unsigned>(*value);
}

std::optional<Millis> to_millis(const std::optional<double>& value) {
  if (!value) return std::nullopt;
  return Millis(*value);
}

}  // namespace

std::string to_bytes(const Napi::Value& value) {
  if (value.IsString()) return value.As<Napi::String>().Utf8Value();
  if (!value.IsTypedArray()) wrong_type(value.Env(), "data", "a string or a Uint8Array");
  const auto array = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(array.Data()), array.ByteLength()};
}

Config to_config(const Napi::Object& object) {
  Config config;
  config.default_timeout = Millis(need_number(object, "defaultTimeoutMs"));
  config.max_timeout = Millis(need_number(object, "maxTimeoutMs"));
  config.stream_output = get_bool(object, "streamOutput");
  config.log_dir = get_string(object, "logDir");
  config.max_concurrent_executions = to_count(need_number(object, "maxConcurrentExecutions"));
  config.max_queued_executions = to_count(need_number(object, "maxQueuedExecutions"));
  config.max_in_memory_executions = to_count(need_number(object, "maxInMemoryExecutions"));
  config.execution_retention = Millis(need_number(object, "executionRetentionSecs") * 1000);
  config.enable_auto_cleanup = get_bool(object, "enableAutoCleanup");
  config.cleanup_interval = Millis(need_number(object, "cleanupIntervalMs"));
  config.max_output_size_bytes = to_count(need_number(object, "maxOutputSizeBytes"));
  config.max_retained_bytes = to_count(need_number(object, "maxRetainedBytes"));
  config.oversized_output_strategy =
      to_strategy(object.Env(), need_string(object, "oversizedOutputStrategy"));
  config.redact = get_strings(object, "redact");
  if (const auto mode = get_string(object, "ansi")) config.ansi = to_ansi(object.Env(), *mode);
  config.overflow_dir = get_string(object, "overflowDir");
  config.journal_dir = get_string(object, "journalDir");
  config.keep_overflow_files = get_bool(object, "keepOverflowFiles");
  config.max_line_bytes = to_count(need_number(object, "maxLineBytes"));
  config.partial_line_flush = Millis(need_number(object, "partialLineFlushMs"));
  config.kill_signal = static_cast<int>(need_number(object, "killSignal"));
  config.force_kill_after = Millis(need_number(object, "forceKillAfterDelayMs"));
  config.drain_grace = Millis(need_number(object, "drainGraceMs"));
  config.max_pending_event_bytes = to_count(need_number(object, "maxPendingEventBytes"));
  config.limits = to_limits(get(object, "limits"));
  config.limits.umask = to_umask(get_number(object, "umask"));
  config.io_threads = to_count(need_number(object, "ioThreads"));
  config.node_runs_typescript = get_bool(object, "nodeRunsTypeScript");
  return config;
}

ExecutionRequest to_request(const Napi::Array& array) {
  FlatReader fields(array);
  ExecutionRequest request;
  request.id = fields.need_text("id");
  request.command = to_command(fields);
  take_environment(fields, request);
  request.working_dir = fields.text("workingDir");
  request.timeout = to_millis(fields.number("timeoutMs"));
  request.idle_timeout = to_millis(fields.number("idleTimeoutMs"));
  request.output_log_path = fields.text("outputLogPath");
  take_stdin(fields, request);
  if (const auto signal = fields.number("killSignal")) {
    request.kill_signal = static_cast<int>(*signal);
  }
  request.force_kill_after = to_millis(fields.number("forceKillAfterDelayMs"));
  if (const auto bytes = fields.number("maxOutputSizeBytes")) {
    request.max_output_size_bytes = to_count(*bytes);
  }
  if (const auto name = fields.text("oversizedOutputStrategy")) {
    request.oversized_output_strategy = to_strategy(array.Env(), *name);
  }
  request.merge_stderr = fields.boolean();
  request.progress = fields.boolean();
  request.priority = fields.need_number("priority");
  request.metadata = fields.text("metadata").value_or("");
  request.tags = fields.texts("tags");
  request.redact = fields.texts("redact");
  request.limits = to_limits(fields.value());
  request.limits.umask = to_umask(fields.number("umask"));
  request.watch = fields.boolean();
  return request;
}

ListFilter to_filter(const Napi::Object& object) {
  ListFilter filter;
  for (const auto& name : get_strings(object, "status")) {
    if (const auto status = parse_status(name)) filter.statuses.push_back(*status);
  }
  filter.tag = get_string(object, "tag").value_or("");
  if (const auto limit = get_number(object, "limit")) filter.limit = to_count(*limit);
  return filter;
}

}  // namespace escher::binding
