#include "flat_reader.hpp"

#include <limits>

namespace escher::binding {
namespace {

FlatValue typed(Napi::Env env, napi_value value, const char* field) {
  FlatValue found{env, value, napi_undefined, field};
  if (napi_typeof(env, value, &found.type) != napi_ok) throw Napi::Error::New(env);
  return found;
}

FlatValue get(Napi::Env env, napi_value array, std::uint32_t index, const char* field) {
  napi_value value = nullptr;
  if (napi_get_element(env, array, index, &value) != napi_ok) throw Napi::Error::New(env);
  return typed(env, value, field);
}

void need(bool holds, const FlatValue& value, const char* expected) {
  if (!holds) wrong_type(value.env, value.field, expected);
}

bool is_array(Napi::Env env, napi_value value) {
  bool result = false;
  return napi_is_array(env, value, &result) == napi_ok && result;
}

std::uint64_t to_count(double number) {
  constexpr double kBeyond = 18'446'744'073'709'551'616.0;  // 2^64
  if (!(number > 0)) return 0;
  if (number >= kBeyond) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(number);
}

}  // namespace

void wrong_type(Napi::Env env, const char* field, const char* expected) {
  throw Napi::TypeError::New(env, std::string(field) + " must be " + expected);
}

FlatReader::FlatReader(const Napi::Value& array) : env_(array.Env()), array_(array) {
  if (!is_array(env_, array_)) wrong("values", "an array");
}

FlatReader::FlatReader(const FlatValue& value) : env_(value.env), array_(value.value) {
  need(is_array(env_, array_), value, "an array");
}

FlatValue FlatReader::next(const char* field) {
  const std::uint32_t at = at_++;
  // An argument that is not there is `undefined`.
  return call_ != nullptr ? typed(env_, (*call_)[at], field) : get(env_, array_, at, field);
}

double to_number(const FlatValue& value) {
  double number = 0;
  need(napi_get_value_double(value.env, value.value, &number) == napi_ok, value, "a number");
  return number;
}

void read(const FlatValue& value, bool& member) {
  need(napi_get_value_bool(value.env, value.value, &member) == napi_ok, value, "true or false");
}

void read(const FlatValue& value, double& member) { member = to_number(value); }
void read(const FlatValue& value, int& member) { member = static_cast<int>(to_number(value)); }
void read(const FlatValue& value, unsigned& member) {
  member = static_cast<unsigned>(to_number(value));
}
void read(const FlatValue& value, std::uint64_t& member) { member = to_count(to_number(value)); }
#if defined(__APPLE__)
void read(const FlatValue& value, std::size_t& member) { member = to_count(to_number(value)); }
#endif
void read(const FlatValue& value, Millis& member) { member = Millis(to_number(value)); }

void read(const FlatValue& value, std::string& member) {
  if (value.type == napi_string) {
    member = Napi::String(value.env, value.value).Utf8Value();
    return;
  }
  const Napi::Value given(value.env, value.value);
  need(given.IsTypedArray(), value, "a string or a Uint8Array");
  const auto bytes = given.As<Napi::Uint8Array>();
  member.assign(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
}

void read(const FlatValue& value, std::vector<EnvironmentChange>& member) {
  const std::uint32_t length = length_of(value);
  member.reserve(length / 2);
  for (std::uint32_t i = 0; i + 1 < length; i += 2) {
    EnvironmentChange change;
    read(element_of(value, i), change.name);
    const FlatValue text = element_of(value, i + 1);
    if (text.type != napi_null) read(text, change.value);
    member.push_back(std::move(change));
  }
}

void read(const FlatValue& value, KeyLimits& member) {
  const std::uint32_t length = length_of(value);
  for (std::uint32_t i = 0; i + 1 < length; i += 2) {
    std::string key;
    std::uint64_t limit = 0;
    read(element_of(value, i), key);
    read(element_of(value, i + 1), limit);
    member.emplace(std::move(key), limit);
  }
}

std::uint32_t length_of(const FlatValue& array) {
  std::uint32_t length = 0;
  need(napi_get_array_length(array.env, array.value, &length) == napi_ok, array, "an array");
  return length;
}

FlatValue element_of(const FlatValue& array, std::uint32_t index) {
  return get(array.env, array.value, index, array.field);
}

}  // namespace escher::binding
