#include "convert.hpp"
#include "engine.hpp"

namespace escher::binding {

Napi::Value from_stats(Napi::Env env, const EngineStats& stats) {
  auto object = Napi::Object::New(env);
  for (std::size_t i = 0; i < kStatusCount; ++i) {
    object.Set(std::string(kStatusNames[i]), static_cast<double>(stats.by_status[i]));
  }
  object.Set("retainedRecords", static_cast<double>(stats.retained_records));
  object.Set("retainedBytes", static_cast<double>(stats.retained_bytes));
  object.Set("totalLines", static_cast<double>(stats.total_lines));
  object.Set("totalBytes", static_cast<double>(stats.total_bytes));
  object.Set("guarded", stats.guarded);
  object.Set("journalError", stats.journal_error.empty()
                                 ? env.Null()
                                 : Napi::Value(Napi::String::New(env, stats.journal_error)));
  object.Set("spawnFailures", static_cast<double>(stats.spawn_failures));
  object.Set("spawnP50Ms", stats.spawn_p50.count());
  object.Set("spawnP99Ms", stats.spawn_p99.count());
  object.Set("durationP50Ms", stats.duration_p50.count());
  object.Set("durationP99Ms", stats.duration_p99.count());
  return object;
}

}  // namespace escher::binding
