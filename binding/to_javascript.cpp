// Converts what the engine returns and reports to JavaScript values. JavaScript thread.
#include <algorithm>
#include <cstdint>

#include "convert.hpp"
#include "generated/fields.hpp"

namespace escher::binding {
namespace {

// RecordKind of types/native.d.ts.
constexpr int kReplied = 0;
constexpr int kStarted = 1;
constexpr int kOutput = 2;
constexpr int kFinished = 3;
constexpr int kAdmitted = 4;
constexpr int kEcho = 5;
constexpr int kRemoved = 6;

// `undefined` for an empty text.
Napi::Value optional_text(Napi::Env env, std::string_view text) {
  if (text.empty()) return env.Undefined();
  return Napi::String::New(env, text.data(), text.size());
}

// An own property, also if `Object.prototype` has a setter of that name.
void define(Napi::Object& object, const char* name, Napi::Value value) {
  constexpr auto kPlain =
      static_cast<napi_property_attributes>(napi_writable | napi_enumerable | napi_configurable);
  object.DefineProperty(Napi::PropertyDescriptor::Value(name, value, kPlain));
}

Napi::Value batch_array(Napi::Env env, const std::vector<OutputBatch>& batches) {
  auto array = Napi::Array::New(env, batches.size());
  for (std::uint32_t i = 0; i < batches.size(); ++i) {
    const OutputBatch& batch = batches[i];
    auto object = Napi::Object::New(env);
    const auto number = [&](auto value) {
      return Napi::Number::New(env, static_cast<double>(value));
    };
    define(object, "stream", number(index_of(batch.stream)));
    define(object, "firstSeq", number(batch.first_seq));
    define(object, "count", number(batch.count));
    define(object, "partial", Napi::Boolean::New(env, batch.partial));
    define(object, "text", from_text(env, batch.text, batch.ascii));
    array.Set(i, object);
  }
  return array;
}

// The values of all entries, in one array.
template <typename T>
Napi::Value from_list(Napi::Env env, const std::vector<T>& list) {
  FlatWriter out(env);
  for (const T& entry : list) write_fields(out, entry);
  return out.array();
}

struct ValueConverter {
  Napi::Env env;
  Napi::Value operator()(std::monostate) const { return env.Undefined(); }
  Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
  Napi::Value operator()(double value) const { return Napi::Number::New(env, value); }
  Napi::Value operator()(const std::vector<int>& numbers) const {
    FlatWriter out(env);
    for (const int number : numbers) out.put(number);
    return out.array();
  }
  Napi::Value operator()(const std::vector<OutputBatch>& batches) const {
    return batch_array(env, batches);
  }
  Napi::Value operator()(const std::vector<RecoveredExecution>& executions) const {
    return from_list(env, executions);
  }
};

}  // namespace

Napi::Value from_text_or_null(Napi::Env env, std::string_view text, bool ascii) {
  napi_value value = nullptr;
  const auto create = ascii ? napi_create_string_latin1 : napi_create_string_utf8;
  if (create(env, text.data(), text.size(), &value) != napi_ok) return env.Null();
  return {env, value};
}

namespace {

// Copied, since Electron forbids ArrayBuffers over foreign memory. A Uint8Array and not a Buffer,
// as the types say.
Napi::Value from_kept(Napi::Env env, std::string_view bytes, bool ascii, bool as_buffer) {
  if (!as_buffer) return from_text_or_null(env, bytes, ascii);
  auto memory = Napi::ArrayBuffer::New(env, bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<char*>(memory.Data()));
  return Napi::Uint8Array::New(env, bytes.size(), memory, 0);
}

}  // namespace

Napi::Value from_output(Napi::Env env, const CapturedOutput& output, bool as_buffer) {
  FlatWriter out(env);
  for (const Stream stream : kStreams) {
    const auto i = index_of(stream);
    out.put(from_kept(env, output.bytes[i].view(), output.ascii[i], as_buffer));
  }
  return out.array();
}

Napi::Value from_exact(Napi::Env env, const ExecutionResult& result, const ExactOutput* output,
                       bool as_buffer) {
  FlatWriter out(env);
  for (const Stream stream : kStreams) {
    const auto i = index_of(stream);
    out.put(output ? from_kept(env, output->bytes[i].view(), output->ascii[i], as_buffer)
                   : Napi::Value(env.Undefined()));
    out.put(result.streams[i].exact_bytes);
    out.put(result.streams[i].exact_truncated);
  }
  return out.array();
}

Napi::Value from_text(Napi::Env env, std::string_view text, bool ascii) {
  const Napi::Value value = from_text_or_null(env, text, ascii);
  if (value.IsNull()) throw Napi::Error::New(env);
  return value;
}

// Every property is set, so that none is read from a prototype.
Napi::Value from_error(Napi::Env env, const Error& error) {
  const bool has_errno = error.os_error != 0;
  auto object = Napi::Object::New(env);
  define(object, "code", Napi::String::New(env, std::string(to_string(error.code))));
  define(object, "message", Napi::String::New(env, error.message));
  define(object, "reason", optional_text(env, to_string(error.reason)));
  define(object, "errno",
         has_errno ? Napi::Number::New(env, error.os_error) : Napi::Value(env.Undefined()));
  define(object, "syscall", optional_text(env, error.syscall));
  define(object, "path", optional_text(env, error.path));
  return object;
}

Napi::Value from_result(Napi::Env env, const ExecutionResult& result, bool output_dropped) {
  FlatWriter out(env);
  write_fields(out, result, output_dropped);
  return out.array();
}

Napi::Value from_default_config(Napi::Env env) {
  FlatWriter out(env);
  write_fields(out, Config());
  return out.array();
}

Napi::Value from_summaries(Napi::Env env, const std::vector<ExecutionSummary>& summaries) {
  return from_list(env, summaries);
}

Napi::Value from_stats(Napi::Env env, const Engine& engine) {
  FlatWriter out(env);
  write_fields(out, engine.stats(), engine.running_count(), engine.queued_count());
  return out.array();
}

void append_record(FlatWriter& out, const Reply& reply) {
  out.put(reply.is_admission ? kAdmitted : kReplied);
  out.put(reply.ticket);
  out.put(reply.error);
  if (reply.is_admission) return;
  out.put(std::visit(ValueConverter{out.env()}, reply.value));
}

void append_record(FlatWriter& out, const StartedEvent& event) {
  out.put(kStarted);
  out.put(event.token);
  out.put(event.timestamp);
  out.put(event.pid);
  out.put(Napi::String::New(out.env(), event.command));
  out.put(event.key);
}

void append_record(FlatWriter& out, const OutputBatch& batch, double ends_at) {
  out.put(kOutput);
  out.put(batch.token);
  out.put(batch.timestamp);
  out.put(index_of(batch.stream));
  out.put(batch.first_seq);
  out.put(batch.count);
  out.put(batch.partial);
  out.put(from_text(out.env(), batch.text, batch.ascii));
  out.put(batch.weight());
  out.put(ends_at);
}

void append_record(FlatWriter& out, const EchoEvent& event) {
  out.put(kEcho);
  out.put(event.token);
  out.put(event.timestamp);
  out.put(event.enabled);
  out.put(event.canonical);
}

void append_record(FlatWriter& out, const FinishedEvent& event) {
  out.put(kFinished);
  out.put(event.token);
  out.put(event.timestamp);
  write_fields(out, *event.result, false);
}

void append_record(FlatWriter& out, const RemovedEvent& event) {
  FlatWriter entries(out.env());
  for (const auto& entry : event.entries) {
    entries.put(entry.token);
    entries.put(entry.id);
    entries.put(static_cast<int>(entry.reason));
    entries.put(entry.key);
  }
  out.put(kRemoved);
  out.put(event.timestamp);
  out.put(entries.array());
}

}  // namespace escher::binding
