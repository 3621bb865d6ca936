// Flat lists of values, the cheap shape over N-API: a named property costs four times as much,
// because its name is made a string and looked up each time. The order of the fields is that of
// types/native.d.ts. JavaScript thread.
#pragma once

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace escher::binding {

class FlatWriter {
 public:
  explicit FlatWriter(Napi::Env env) : env_(env) {}

  Napi::Env env() const { return env_; }
  std::size_t size() const { return values_.size(); }
  void clear() { values_.clear(); }

  Napi::Array array() const;
  // The values as arguments behind `first`: an array would cost ten times as much to fill.
  void call(const Napi::Function& function, napi_value first) const;

  FlatWriter& value(napi_value value) {
    values_.push_back(value);
    return *this;
  }
  FlatWriter& number(double number) { return value(Napi::Number::New(env_, number)); }
  FlatWriter& boolean(bool boolean) { return value(Napi::Boolean::New(env_, boolean)); }
  FlatWriter& text(const std::string& text) { return value(Napi::String::New(env_, text)); }
  FlatWriter& null() { return value(env_.Null()); }

  FlatWriter& text_or_null(const std::string& given) {
    return given.empty() ? null() : text(given);
  }
  FlatWriter& number_or_null(const std::optional<int>& given) {
    return given ? number(*given) : null();
  }

 private:
  Napi::Env env_;
  std::vector<napi_value> values_;
};

[[noreturn]] void wrong_type(Napi::Env env, const char* name, const char* expected);
Napi::Array need_array(const Napi::Value& value, const char* name);
std::vector<std::string> to_strings(const Napi::Value& value, const char* name);

// Takes the fields in their order. What is of the wrong type throws a TypeError that names the
// field.
class FlatReader {
 public:
  explicit FlatReader(Napi::Array array) : env_(array.Env()), array_(array) {}

  // `undefined` and `null` count as not there.
  std::optional<Napi::Value> value();
  std::optional<std::string> text(const char* name);
  std::string need_text(const char* name);
  std::optional<double> number(const char* name);
  double need_number(const char* name);
  bool boolean();
  std::vector<std::string> texts(const char* name);

 private:
  Napi::Env env_;
  Napi::Array array_;
  std::uint32_t next_ = 0;
};

}  // namespace escher::binding
