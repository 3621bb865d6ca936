// Results, summaries and records as JavaScript values.
#include <cstdint>

#include "convert.hpp"

namespace escher::binding {
namespace {

// RecordKind of types/native.d.ts.
constexpr int kReplied = 0;
constexpr int kStarted = 1;
constexpr int kOutput = 2;
constexpr int kFinished = 3;

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
