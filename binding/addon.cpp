// The module of the addon. Node loads it once for each environment: the main thread and every
// Worker. JavaScript thread.
#include <napi.h>

#include <boost/version.hpp>
#include <string>

#include "engine_wrap.hpp"
#include "model/id.hpp"

namespace {

// The version of the headers that the engine was compiled with: `1.81.0`.
std::string boost_version() {
  return std::to_string(BOOST_VERSION / 100000) + '.' + std::to_string(BOOST_VERSION / 100 % 1000) +
         '.' + std::to_string(BOOST_VERSION % 100);
}

// A call costs more than an id; an id in use keeps all of its call in memory.
constexpr int kIdsPerCall = 32;

Napi::Value random_ids(const Napi::CallbackInfo& info) {
  std::string ids;
  for (int i = 0; i < kIdsPerCall; ++i) ids += escher::format_id(escher::random_id());
  return Napi::String::New(info.Env(), ids);
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", escher::binding::EngineWrap::define(env));
  exports.Set("randomIds", Napi::Function::New(env, random_ids));
  exports.Set("version", ESCHER_VERSION);
  exports.Set("boostVersion", boost_version());
  return exports;
}

}  // namespace

NODE_API_MODULE(escher_execution_engine, initialize)
