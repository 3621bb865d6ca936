// Converts flat arrays to configurations and requests. JavaScript thread.
#include "convert.hpp"
#include "environment.hpp"
#include "generated/fields.hpp"

namespace escher::binding {

std::string to_bytes(const Napi::Value& value) {
  const auto type = value.IsString() ? napi_string : napi_object;
  std::string bytes;
  read(FlatValue{value.Env(), value, type, "data"}, bytes);
  return bytes;
}

Config to_config(const Napi::Value& values) {
  FlatReader in(values);
  Config config;
  read_fields(in, config);
  return config;
}

ExecutionRequest to_request(const Napi::CallbackInfo& call, std::uint32_t first) {
  FlatReader in(call, first);
  ExecutionRequest request;
  read_fields(in, request);
  if (request.extend_env && !request.inherited_env) request.inherited_env = capture_environment();
  return request;
}

ListFilter to_filter(const Napi::Value& values) {
  FlatReader in(values);
  ListFilter filter;
  read_fields(in, filter);
  return filter;
}

}  // namespace escher::binding
