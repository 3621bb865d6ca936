#include "convert.hpp"

#include <cstdint>

#include "environment.hpp"

namespace escher::binding {
namespace {

// RecordKind of types/native.d.ts.
constexpr int kReplied = 0;
constexpr int kStarted = 1;
constexpr int kOutput = 2;
constexpr int kFinished = 3;

// ---- From JavaScript.

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

// ---- To JavaScript.

Napi::Value text_or_null(Napi::Env env, const std::string& text) {
  if (text.empty()) return env.Null();
  return Napi::String::New(env, text);
}

Napi::Value batch_array(Napi::Env env, const std::vector<OutputBatch>& batches) {
  auto array = Napi::Array::New(env, batches.size());
  for (std::uint32_t i = 0; i < batches.size(); ++i) {
    const OutputBatch& batch = batches[i];
    auto object = Napi::Object::New(env);
    object.Set("stream", static_cast<double>(index_of(batch.stream)));
    object.Set("firstSeq", static_cast<double>(batch.first_seq));
    object.Set("count", static_cast<double>(batch.count));
    object.Set("partial", batch.partial);
    object.Set("text", from_text(env, batch.text, batch.ascii));
    array.Set(i, object);
  }
  return array;
}

struct ValueConverter {
  Napi::Env env;
  Napi::Value operator()(std::monostate) const { return env.Undefined(); }
  Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
  Napi::Value operator()(double value) const { return Napi::Number::New(env, value); }
  Napi::Value operator()(const std::vector<OutputBatch>& batches) const {
    return batch_array(env, batches);
  }
};

Napi::Value usage_or_null(Napi::Env env, const std::optional<ResourceUsage>& usage) {
  if (!usage) return env.Null();
  auto object = Napi::Object::New(env);
  object.Set("userCpuMs", usage->user_cpu.count());
  object.Set("systemCpuMs", usage->system_cpu.count());
  object.Set("maxRssBytes", static_cast<double>(usage->max_rss_bytes));
  return object;
}

// Sets the elements of a record one after the other.
class RecordWriter {
 public:
  RecordWriter(Napi::Env env, Napi::Array& records, std::size_t at)
      : env_(env), records_(records), at_(static_cast<std::uint32_t>(at)) {}

  RecordWriter& number(double value) { return value_of(Napi::Number::New(env_, value)); }
  RecordWriter& value_of(const Napi::Value& value) {
    records_.Set(at_++, value);
    return *this;
  }
  std::size_t end() const { return at_; }

 private:
  Napi::Env env_;
  Napi::Array& records_;
  std::uint32_t at_;
};

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

Napi::Value from_text(Napi::Env env, const std::string& text, bool ascii) {
  napi_value value = nullptr;
  const auto create = ascii ? napi_create_string_latin1 : napi_create_string_utf8;
  if (create(env, text.data(), text.size(), &value) != napi_ok) throw Napi::Error::New(env);
  return {env, value};
}

Napi::Value from_error(Napi::Env env, const Error& error) {
  auto object = Napi::Object::New(env);
  object.Set("code", std::string(to_string(error.code)));
  object.Set("message", error.message);
  if (error.reason != ValidationReason::none) {
    object.Set("reason", std::string(to_string(error.reason)));
  }
  if (error.os_error != 0) {
    object.Set("errno", error.os_error);
    object.Set("errnoName", std::string(errno_name(error.os_error)));
  }
  if (!error.syscall.empty()) object.Set("syscall", error.syscall);
  if (!error.path.empty()) object.Set("path", error.path);
  return object;
}

Napi::Value from_result(Napi::Env env, const ExecutionResult& result, bool output_dropped) {
  auto object = Napi::Object::New(env);
  const auto& out = result.streams[index_of(Stream::out)];
  const auto& err = result.streams[index_of(Stream::err)];
  const auto number_or_null = [env](const std::optional<int>& value) -> Napi::Value {
    if (!value) return env.Null();
    return Napi::Number::New(env, *value);
  };
  object.Set("id", format_id(result.id));
  object.Set("status", std::string(to_string(result.status)));
  object.Set("success", result.success());
  object.Set("exitCode", number_or_null(result.exit.code));
  object.Set("signal", number_or_null(result.exit.signal));
  object.Set("stdoutBytes", static_cast<double>(out.total_bytes));
  object.Set("stderrBytes", static_cast<double>(err.total_bytes));
  object.Set("stdoutTruncated", out.truncated);
  object.Set("stderrTruncated", err.truncated);
  object.Set("stdoutOverflowFile", text_or_null(env, out.overflow_file));
  object.Set("stderrOverflowFile", text_or_null(env, err.overflow_file));
  object.Set("overflowError", text_or_null(env, result.overflow_error));
  object.Set("logError", text_or_null(env, result.log_error));
  object.Set("outputIncomplete", result.output_incomplete);
  object.Set("outputDropped", output_dropped);
  object.Set("logFile", text_or_null(env, result.log_file));
  object.Set("pid", result.pid != 0 ? Napi::Value(Napi::Number::New(env, result.pid)) : env.Null());
  object.Set("startedAt", result.started_at);
  object.Set("completedAt", result.completed_at);
  object.Set("durationMs", result.duration.count());
  object.Set("queuedMs", result.queued.count());
  object.Set("resourceUsage", usage_or_null(env, result.usage));
  object.Set("error", result.error ? from_error(env, *result.error) : env.Null());
  object.Set("command", result.command);
  object.Set("metadata", text_or_null(env, result.metadata));
  return object;
}

Napi::Value from_summaries(Napi::Env env, const std::vector<ExecutionSummary>& summaries) {
  auto array = Napi::Array::New(env, summaries.size());
  for (std::uint32_t i = 0; i < summaries.size(); ++i) {
    const ExecutionSummary& summary = summaries[i];
    auto object = Napi::Object::New(env);
    object.Set("id", format_id(summary.id));
    object.Set("status", std::string(to_string(summary.status)));
    object.Set("command", summary.command);
    object.Set("startedAt", summary.started_at);
    object.Set("durationMs", summary.duration.count());
    object.Set("metadata", text_or_null(env, summary.metadata));
    array.Set(i, object);
  }
  return array;
}

std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at, const Reply& reply) {
  return RecordWriter(env, records, at)
      .number(kReplied)
      .number(reply.ticket)
      .value_of(reply.error ? from_error(env, *reply.error) : env.Null())
      .value_of(std::visit(ValueConverter{env}, reply.value))
      .end();
}

std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const StartedEvent& event) {
  return RecordWriter(env, records, at)
      .number(kStarted)
      .number(static_cast<double>(event.token))
      .number(event.timestamp)
      .number(event.pid)
      .value_of(Napi::String::New(env, event.command))
      .end();
}

std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const OutputBatch& batch) {
  return RecordWriter(env, records, at)
      .number(kOutput)
      .number(static_cast<double>(batch.token))
      .number(batch.timestamp)
      .number(static_cast<double>(index_of(batch.stream)))
      .number(static_cast<double>(batch.first_seq))
      .number(batch.count)
      .value_of(Napi::Boolean::New(env, batch.partial))
      .value_of(from_text(env, batch.text, batch.ascii))
      .number(static_cast<double>(batch.weight()))
      .end();
}

std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const FinishedEvent& event) {
  return RecordWriter(env, records, at)
      .number(kFinished)
      .number(static_cast<double>(event.token))
      .number(event.timestamp)
      .value_of(from_result(env, *event.result, false))
      .end();
}

}  // namespace escher::binding
