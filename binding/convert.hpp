// Between JavaScript values and the engine's. The files behind this header are the only ones that
// name JavaScript properties: from_javascript.cpp, to_javascript.cpp and stats_to_javascript.cpp.
// The shapes are those of types/native.d.ts. JavaScript thread.
#pragma once

#include <napi.h>

#include "event_channel.hpp"
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
ExecutionRequest to_request(const Napi::Object& object);
ListFilter to_filter(const Napi::Object& object);
// A string, or the bytes of a Uint8Array.
std::string to_bytes(const Napi::Value& value);

// To JavaScript.
Napi::Value from_error(Napi::Env env, const Error& error);
Napi::Value from_result(Napi::Env env, const ExecutionResult& result, bool output_dropped);
Napi::Value from_summaries(Napi::Env env, const std::vector<ExecutionSummary>& summaries);
Napi::Value from_stats(Napi::Env env, const EngineStats& stats);
Napi::Value from_text(Napi::Env env, const std::string& text, bool ascii);

// Appends one record to the flat array of a turn; returns the next free index.
std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at, const Reply& reply);
std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const StartedEvent& event);
std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const OutputBatch& batch);
std::size_t append_record(Napi::Env env, Napi::Array& records, std::size_t at,
                          const FinishedEvent& event);

}  // namespace escher::binding
