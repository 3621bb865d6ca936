// Between JavaScript values and the engine's. The files behind this header are the only ones that
// name JavaScript properties: from_javascript.cpp, to_javascript.cpp and stats_to_javascript.cpp.
// The shapes are those of types/native.d.ts. JavaScript thread.
#pragma once

#include <napi.h>

#include "event_channel.hpp"
#include "flat.hpp"
#include "model/config.hpp"
#include "model/record.hpp"
#include "model/request.hpp"

namespace escher {
struct EngineStats;
}

namespace escher::binding {

// From JavaScript. `lib/options` has checked the types; what is wrong all the same throws a
// TypeError.
Config to_config(const Napi::Object& object);
ExecutionRequest to_request(const Napi::Array& fields);
ListFilter to_filter(const Napi::Object& object);
// A string, or the bytes of a Uint8Array.
std::string to_bytes(const Napi::Value& value);

// To JavaScript.
Napi::Value from_error(Napi::Env env, const Error& error);
// The fields of a NativeResult, one after the other.
void append_result(FlatWriter& writer, const ExecutionResult& result, bool output_dropped);
Napi::Value from_summaries(Napi::Env env, const std::vector<ExecutionSummary>& summaries);
Napi::Value from_stats(Napi::Env env, const EngineStats& stats);
Napi::Value from_text(Napi::Env env, std::string_view text, bool ascii);
// Null for more than V8 makes a string of.
Napi::Value from_text_or_null(Napi::Env env, std::string_view text, bool ascii);

// Appends one record to the flat array of a turn. `ends_at`: where the ends of its lines begin, or
// -1.
void append_record(FlatWriter& writer, const Reply& reply);
void append_record(FlatWriter& writer, const StartedEvent& event);
void append_record(FlatWriter& writer, const OutputBatch& batch, double ends_at);
void append_record(FlatWriter& writer, const FinishedEvent& event);

}  // namespace escher::binding
