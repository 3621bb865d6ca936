// The module: loaded once per environment (the main thread and every Worker have their own).
#include <napi.h>

#include "engine_wrap.hpp"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("Engine", escher::binding::EngineWrap::define(env));
  exports.Set("version", ESCHER_VERSION);
  return exports;
}

}  // namespace

NODE_API_MODULE(escher_execution_engine, initialize)
