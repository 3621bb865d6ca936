// Requests and configurations out of JavaScript objects.
#include <cstdint>
#include <limits>

#include "convert.hpp"
#include "environment.hpp"

namespace escher::binding {
namespace {

[[noreturn]] void wrong_type(Napi::Env env, const char* name, const char* expected) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

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

Napi::Array need_array(Napi::Env env, const Napi::Value& value, const char* name) {
  if (!value.IsArray()) wrong_type(env, name, "an array");
  return value.As<Napi::Array>();
}

std::vector<std::string> get_strings(const Napi::Object& object, const char* name) {
  std::vector<std::string> strings;
  const auto value = get(object, name);
  if (!value) return strings;
  const Napi::Array array = need_array(object.Env(), *value, name);
  const std::uint32_t length = array.Length();
  strings.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    strings.push_back(array.Get(i).As<Napi::String>().Utf8Value());
  }
  return strings;
}

OversizedOutputStrategy to_strategy(Napi::Env env, const std::string& name) {
  if (name == "truncateWithWarning") return OversizedOutputStrategy::truncate_with_warning;
  if (name == "failExecution") return OversizedOutputStrategy::fail_execution;
  if (name == "streamToFile") return OversizedOutputStrategy::stream_to_file;
  wrong_type(env, "oversizedOutputStrategy", "one of its three names");
}

Command to_command(const Napi::Object& object) {
  const std::string type = need_string(object, "type");
  if (type == "shell") {
    return ShellCommand{need_string(object, "command"), get_string(object, "shell")};
  }
  if (type == "exec") {
    return ExecCommand{need_string(object, "program"), get_strings(object, "args")};
  }
  if (type == "script") {
    return ScriptCommand{need_string(object, "path"), get_string(object, "interpreter"),
                         get_strings(object, "args")};
  }
  if (type == "awsCli") {
    return AwsCliCommand{need_string(object, "service"), need_string(object, "operation"),
                         get_strings(object, "args"), get_string(object, "profile"),
                         get_string(object, "region")};
  }
  wrong_type(object.Env(), "command.type", "shell, exec, script or awsCli");
}

std::vector<EnvironmentChange> to_changes(const Napi::Object& object) {
  std::vector<EnvironmentChange> changes;
  const auto value = get(object, "env");
  if (!value) return changes;
  const Napi::Array pairs = need_array(object.Env(), *value, "env");
  const std::uint32_t length = pairs.Length();
  for (std::uint32_t i = 0; i + 1 < length; i += 2) {
    EnvironmentChange change{pairs.Get(i).As<Napi::String>().Utf8Value(), std::nullopt};
    const Napi::Value text = pairs.Get(i + 1);
    if (!text.IsNull()) change.value = text.As<Napi::String>().Utf8Value();
    changes.push_back(std::move(change));
  }
  return changes;
}

std::shared_ptr<const Environment> to_inherited(const Napi::Object& object) {
  if (!get(object, "inheritedEnv")) return capture_environment();
  return std::make_shared<const Environment>(get_strings(object, "inheritedEnv"));
}

void take_stdin(const Napi::Object& object, ExecutionRequest& request) {
  const std::string mode = need_string(object, "stdin");
  if (mode == "pipe") request.stdin_mode = StdinMode::pipe;
  if (mode != "input") return;
  request.stdin_mode = StdinMode::input;
  request.input = to_bytes(object.Get("input"));
}

std::optional<Millis> get_millis(const Napi::Object& object, const char* name) {
  const auto value = get_number(object, name);
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
  config.overflow_dir = get_string(object, "overflowDir");
  config.keep_overflow_files = get_bool(object, "keepOverflowFiles");
  config.max_line_bytes = to_count(need_number(object, "maxLineBytes"));
  config.partial_line_flush = Millis(need_number(object, "partialLineFlushMs"));
  config.kill_signal = static_cast<int>(need_number(object, "killSignal"));
  config.force_kill_after = Millis(need_number(object, "forceKillAfterDelayMs"));
  config.drain_grace = Millis(need_number(object, "drainGraceMs"));
  config.max_pending_event_bytes = to_count(need_number(object, "maxPendingEventBytes"));
  config.io_threads = to_count(need_number(object, "ioThreads"));
  config.node_runs_typescript = get_bool(object, "nodeRunsTypeScript");
  return config;
}

ExecutionRequest to_request(const Napi::Object& object) {
  ExecutionRequest request;
  request.id = need_string(object, "id");
  request.command = to_command(object.Get("command").As<Napi::Object>());
  request.env = to_changes(object);
  request.extend_env = get_bool(object, "extendEnv");
  if (request.extend_env) request.inherited_env = to_inherited(object);
  request.working_dir = get_string(object, "workingDir");
  request.timeout = get_millis(object, "timeoutMs");
  request.idle_timeout = get_millis(object, "idleTimeoutMs");
  request.force_kill_after = get_millis(object, "forceKillAfterDelayMs");
  if (const auto signal = get_number(object, "killSignal")) {
    request.kill_signal = static_cast<int>(*signal);
  }
  take_stdin(object, request);
  request.output_log_path = get_string(object, "outputLogPath");
  if (const auto bytes = get_number(object, "maxOutputSizeBytes")) {
    request.max_output_size_bytes = to_count(*bytes);
  }
  if (const auto name = get_string(object, "oversizedOutputStrategy")) {
    request.oversized_output_strategy = to_strategy(object.Env(), *name);
  }
  request.merge_stderr = get_bool(object, "mergeStderr");
  request.priority = need_number(object, "priority");
  request.metadata = get_string(object, "metadata").value_or("");
  request.tags = get_strings(object, "tags");
  request.watch = get_bool(object, "watch");
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
