// Collects values for JavaScript, one after the other: a named property costs four times as much
// over N-API. `generated/fields.hpp` has the order of the values. JavaScript thread.
#pragma once

#include <napi.h>

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "flat_reader.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "model/limits.hpp"
#include "model/stop.hpp"
#include "model/time.hpp"

namespace escher::binding {

// A NativeError of types/native.d.ts.
Napi::Value from_error(Napi::Env env, const Error& error);

// Empty for 0.
inline std::optional<int> nonzero(int number) {
  return number == 0 ? std::nullopt : std::optional(number);
}

class FlatWriter {
 public:
  explicit FlatWriter(Napi::Env env) : env_(env) {}

  Napi::Env env() const { return env_; }
  std::size_t size() const { return values_.size(); }
  void clear() { values_.clear(); }

  Napi::Array array() const;
  // Calls it with the values as arguments after `first`: filling an array takes ten times as long.
  void call(const Napi::Function& function, napi_value first) const;

  void put(const Napi::Value& value) { values_.push_back(value); }
  void null() { put(env_.Null()); }
  void nulls(int count) { values_.insert(values_.end(), count, env_.Null()); }

  void put(bool boolean) { put(Napi::Boolean::New(env_, boolean)); }
  void put(double number) { put(Napi::Number::New(env_, number)); }
  // Infinity for `kUnlimited`.
  template <std::integral Number>
  void put(Number number) {
    if constexpr (std::is_same_v<Number, std::size_t>) {
      if (number == kUnlimited) return put(std::numeric_limits<double>::infinity());
    }
    put(static_cast<double>(number));
  }
  void put(Millis duration) { put(duration.count()); }
  // `null` for an empty string.
  void put(const std::string& text);
  void put(const ExecutionId& id) { put(format_id(id)); }
  void put(const Error& error) { put(from_error(env_, error)); }
  // These cross to the engine only; the default configuration has none.
  void put(const ProcessLimits&) { null(); }
  void put(const StopStep&) { null(); }
  void put(const KeyLimits&) { null(); }
  // The index of the name; `null` for the enumerator that has no name.
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void put(Enum value) {
    const int index = Names<Enum>::index_of(value);
    index < 0 ? null() : put(index);
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : null();
  }
  template <typename T>
  void put(const std::vector<T>& list) {
    FlatWriter elements(env_);
    for (const T& element : list) elements.put(element);
    put(elements.array());
  }

 private:
  Napi::Env env_;
  std::vector<napi_value> values_;
};

}  // namespace escher::binding
