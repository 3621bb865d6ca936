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

Napi::Array number_array(Napi::Env env, const std::vector<int>& numbers) {
  auto array = Napi::Array::New(env, numbers.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) array.Set(i, numbers[i]);
  return array;
}

Napi::Value from_termination(Napi::Env env, const Termination& termination) {
  auto array = Napi::Array::New(env, 3);
  array.Set(0U, static_cast<double>(termination.reason));
  array.Set(1U, number_array(env, termination.signals));
  array.Set(2U, number_array(env, termination.survivors));
  return array;
}

Napi::Value recovered_array(Napi::Env env, const std::vector<RecoveredExecution>& executions) {
  auto array = Napi::Array::New(env, executions.size());
  for (std::uint32_t i = 0; i < executions.size(); ++i) {
    const RecoveredExecution& execution = executions[i];
    auto object = Napi::Object::New(env);
    object.Set("id", execution.id);
    object.Set("command", execution.command);
    object.Set("metadata", text_or_null(env, execution.metadata));
    object.Set("logFile", text_or_null(env, execution.log_file));
    object.Set("pid", execution.pid);
    object.Set("startedAt", execution.started_at);
    object.Set("ended", number_array(env, execution.ended));
    object.Set("survivors", number_array(env, execution.survivors));
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
  Napi::Value operator()(const std::vector<RecoveredExecution>& executions) const {
    return recovered_array(env, executions);
  }
};

// Bits of the `flags` of a NativeResult.
constexpr int kStdoutTruncated = 1;
constexpr int kStderrTruncated = 2;
constexpr int kOutputIncomplete = 4;
constexpr int kOutputDropped = 8;

}  // namespace

Napi::Value from_text_or_null(Napi::Env env, std::string_view text, bool ascii) {
  napi_value value = nullptr;
  const auto create = ascii ? napi_create_string_latin1 : napi_create_string_utf8;
  if (create(env, text.data(), text.size(), &value) != napi_ok) return env.Null();
  return {env, value};
}

Napi::Value from_text(Napi::Env env, std::string_view text, bool ascii) {
  const Napi::Value value = from_text_or_null(env, text, ascii);
  if (value.IsNull()) throw Napi::Error::New(env);
  return value;
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

void append_result(FlatWriter& writer, const ExecutionResult& result, bool output_dropped) {
  const auto& out = result.streams[index_of(Stream::out)];
  const auto& err = result.streams[index_of(Stream::err)];
  const int flags =
      (out.truncated ? kStdoutTruncated : 0) | (err.truncated ? kStderrTruncated : 0) |
      (result.output_incomplete ? kOutputIncomplete : 0) | (output_dropped ? kOutputDropped : 0);
  writer.number(static_cast<double>(index_of(result.status)))
      .number_or_null(result.exit.code)
      .number_or_null(result.exit.signal)
      .number(static_cast<double>(out.total_bytes))
      .number(static_cast<double>(err.total_bytes))
      .number(flags)
      .text_or_null(out.overflow_file)
      .text_or_null(err.overflow_file)
      .text_or_null(result.overflow_error)
      .text_or_null(result.log_error)
      .text_or_null(result.log_file)
      .number_or_null(result.pid != 0 ? std::optional<int>(result.pid) : std::nullopt)
      .number(result.started_at)
      .number(result.completed_at)
      .number(result.duration.count())
      .number(result.queued.count());
  if (result.usage) {
    writer.number(result.usage->user_cpu.count())
        .number(result.usage->system_cpu.count())
        .number(static_cast<double>(result.usage->max_rss_bytes));
  } else {
    writer.null().null().null();
  }
  writer.value(result.error ? from_error(writer.env(), *result.error) : writer.env().Null())
      .text(result.command)
      .text_or_null(result.metadata)
      .value(result.termination ? from_termination(writer.env(), *result.termination)
                                : writer.env().Null());
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

void append_record(FlatWriter& writer, const Reply& reply) {
  const Napi::Env env = writer.env();
  writer.number(kReplied)
      .number(reply.ticket)
      .value(reply.error ? from_error(env, *reply.error) : env.Null())
      .value(std::visit(ValueConverter{env}, reply.value));
}

void append_record(FlatWriter& writer, const StartedEvent& event) {
  writer.number(kStarted)
      .number(static_cast<double>(event.token))
      .number(event.timestamp)
      .number(event.pid)
      .text(event.command);
}

void append_record(FlatWriter& writer, const OutputBatch& batch, double ends_at) {
  writer.number(kOutput)
      .number(static_cast<double>(batch.token))
      .number(batch.timestamp)
      .number(static_cast<double>(index_of(batch.stream)))
      .number(static_cast<double>(batch.first_seq))
      .number(batch.count)
      .boolean(batch.partial)
      .value(from_text(writer.env(), batch.text, batch.ascii))
      .number(static_cast<double>(batch.weight()))
      .number(ends_at);
}

void append_record(FlatWriter& writer, const FinishedEvent& event) {
  writer.number(kFinished).number(static_cast<double>(event.token)).number(event.timestamp);
  append_result(writer, *event.result, false);
}

}  // namespace escher::binding
