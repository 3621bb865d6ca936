// Converts between JavaScript values and the engine's values. Fields cross in the order of the
// tables in lib/core/fields, from which generated/fields.hpp is made. JavaScript thread.
#pragma once

#include <napi.h>

#include "event_channel.hpp"
#include "flat_writer.hpp"
#include "model/config.hpp"
#include "model/record.hpp"
#include "model/request.hpp"

namespace escher {
class Engine;
}

namespace escher::binding {

// From JavaScript. `lib/core/options` has checked the types; a wrong type throws a TypeError
// nevertheless.
Config to_config(const Napi::Value& values);
// Its values are the arguments from the index `first` on.
ExecutionRequest to_request(const Napi::CallbackInfo& call, std::uint32_t first);
ListFilter to_filter(const Napi::Value& values);
// A string, or the bytes of a Uint8Array.
std::string to_bytes(const Napi::Value& value);

// To JavaScript.
Napi::Value from_result(Napi::Env env, const ExecutionResult& result, bool output_dropped);
Napi::Value from_default_config(Napi::Env env);
Napi::Value from_summaries(Napi::Env env, const std::vector<ExecutionSummary>& summaries);
Napi::Value from_stats(Napi::Env env, const Engine& engine);
// The kept bytes of each stream as strings or as Uint8Arrays. In a string V8 replaces invalid UTF-8
// according to the WHATWG standard.
Napi::Value from_output(Napi::Env env, const CapturedOutput& output, bool as_buffer);
// Likewise, each followed by the number of all bytes, and by whether some of them are missing.
Napi::Value from_exact(Napi::Env env, const ExecutionResult& result, const ExactOutput* output,
                       bool as_buffer);
Napi::Value from_text(Napi::Env env, std::string_view text, bool ascii);
// `null` if the text is longer than a string of V8 can be.
Napi::Value from_text_or_null(Napi::Env env, std::string_view text, bool ascii);

// Appends one record to the values of a delivery. `ends_at`: the index at which the ends of its
// lines begin in the array of LineEnds; -1 = they are not in it.
void append_record(FlatWriter& out, const Reply& reply);
void append_record(FlatWriter& out, const StartedEvent& event);
void append_record(FlatWriter& out, const OutputBatch& batch, double ends_at);
void append_record(FlatWriter& out, const EchoEvent& event);
void append_record(FlatWriter& out, const FinishedEvent& event);
void append_record(FlatWriter& out, const RemovedEvent& event);

}  // namespace escher::binding
