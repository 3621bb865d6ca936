#include "flat.hpp"

#include <utility>

namespace escher::binding {

void wrong_type(Napi::Env env, const char* name, const char* expected) {
  throw Napi::TypeError::New(env, std::string(name) + " must be " + expected);
}

Napi::Array need_array(const Napi::Value& value, const char* name) {
  if (!value.IsArray()) wrong_type(value.Env(), name, "an array");
  return value.As<Napi::Array>();
}

std::vector<std::string> to_strings(const Napi::Value& value, const char* name) {
  const Napi::Array array = need_array(value, name);
  const std::uint32_t length = array.Length();
  std::vector<std::string> strings;
  strings.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    strings.push_back(array.Get(i).As<Napi::String>().Utf8Value());
  }
  return strings;
}

Napi::Array FlatWriter::array() const {
  auto array = Napi::Array::New(env_, values_.size());
  for (std::uint32_t i = 0; i < values_.size(); ++i) array.Set(i, values_[i]);
  return array;
}

void FlatWriter::call(const Napi::Function& function, napi_value first) const {
  std::vector<napi_value> arguments{first};
  arguments.insert(arguments.end(), values_.begin(), values_.end());
  function.Call(arguments);
}

std::optional<Napi::Value> FlatReader::value() {
  const Napi::Value value = array_.Get(next_++);
  if (value.IsUndefined() || value.IsNull()) return std::nullopt;
  return value;
}

std::optional<std::string> FlatReader::text(const char* name) {
  const auto given = value();
  if (!given) return std::nullopt;
  if (!given->IsString()) wrong_type(env_, name, "a string");
  return given->As<Napi::String>().Utf8Value();
}

std::string FlatReader::need_text(const char* name) {
  auto given = text(name);
  if (!given) wrong_type(env_, name, "a string");
  return std::move(*given);
}

std::optional<double> FlatReader::number(const char* name) {
  const auto given = value();
  if (!given) return std::nullopt;
  if (!given->IsNumber()) wrong_type(env_, name, "a number");
  return given->As<Napi::Number>().DoubleValue();
}

double FlatReader::need_number(const char* name) {
  const auto given = number(name);
  if (!given) wrong_type(env_, name, "a number");
  return *given;
}

bool FlatReader::boolean() {
  const auto given = value();
  return given && given->ToBoolean().Value();
}

std::vector<std::string> FlatReader::texts(const char* name) {
  const auto given = value();
  return given ? to_strings(*given, name) : std::vector<std::string>{};
}

}  // namespace escher::binding
