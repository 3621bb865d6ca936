// Reads values out of a flat array, one after the other: a named property costs four times as much
// over N-API. `generated/fields.hpp` has the order of the values. JavaScript thread.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/request.hpp"
#include "model/time.hpp"

namespace escher::binding {

// The values of an enumeration, in the order of their names in JavaScript. Specialized in
// generated/fields.hpp.
template <typename Enum>
struct Names;

// One value and the name of its field.
struct FlatValue {
  Napi::Env env;
  napi_value value;
  napi_valuetype type;
  const char* field;
};

// Throws a TypeError that names the field.
[[noreturn]] void wrong_type(Napi::Env env, const char* field, const char* expected);

class FlatReader {
 public:
  explicit FlatReader(const Napi::Value& array);
  // The arguments of a call from the index `first` on: an element of an array costs several times
  // as much.
  FlatReader(const Napi::CallbackInfo& call, std::uint32_t first)
      : env_(call.Env()), call_(&call), at_(first) {}
  explicit FlatReader(const FlatValue& value);

  // Leaves `member` unchanged if the value is `undefined` or `null`.
  template <typename T>
  void take(const char* field, T& member) {
    const FlatValue value = next(field);
    if (value.type != napi_undefined && value.type != napi_null) read(value, member);
  }

  [[noreturn]] void wrong(const char* field, const char* expected) const {
    wrong_type(env_, field, expected);
  }

 private:
  FlatValue next(const char* field);

  Napi::Env env_;
  const Napi::CallbackInfo* call_ = nullptr;
  napi_value array_ = nullptr;  // if they are not those of a call
  std::uint32_t at_ = 0;
};

// ---- Conversions of a value, by the type of the member.

double to_number(const FlatValue& value);

void read(const FlatValue& value, bool& member);
void read(const FlatValue& value, double& member);
void read(const FlatValue& value, int& member);
void read(const FlatValue& value, unsigned& member);
// Infinity becomes the largest number.
void read(const FlatValue& value, std::uint64_t& member);
#if defined(__APPLE__)
// A type of its own there.
void read(const FlatValue& value, std::size_t& member);
#endif
void read(const FlatValue& value, Millis& member);
// From a string, or from the bytes of a Uint8Array.
void read(const FlatValue& value, std::string& member);
// `name, value, name, value, …`
void read(const FlatValue& value, std::vector<EnvironmentChange>& member);
void read(const FlatValue& value, KeyLimits& member);

template <typename Enum>
requires std::is_enum_v<Enum>
void read(const FlatValue& value, Enum& member) {
  const auto index = static_cast<std::size_t>(to_number(value));
  if (index >= std::size(Names<Enum>::values)) wrong_type(value.env, value.field, "a known name");
  member = Names<Enum>::values[index];
}

template <typename T>
void read(const FlatValue& value, std::optional<T>& member) {
  read(value, member.emplace());
}

// The length of an array, and its elements.
std::uint32_t length_of(const FlatValue& array);
FlatValue element_of(const FlatValue& array, std::uint32_t index);

template <typename T>
void read(const FlatValue& value, std::vector<T>& member) {
  const std::uint32_t length = length_of(value);
  member.resize(length);
  for (std::uint32_t i = 0; i < length; ++i) read(element_of(value, i), member[i]);
}

template <typename T>
void read(const FlatValue& value, std::shared_ptr<const T>& member) {
  auto made = std::make_shared<T>();
  read(value, *made);
  member = std::move(made);
}

}  // namespace escher::binding
