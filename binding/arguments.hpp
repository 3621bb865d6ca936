// Reads the arguments of a call from JavaScript, which lib/core/native has checked. JavaScript
// thread.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "model/id.hpp"

namespace escher::binding {

inline double number(const Napi::CallbackInfo& info, std::size_t i) {
  return info[i].ToNumber().DoubleValue();
}

inline std::string text(const Napi::CallbackInfo& info, std::size_t i) {
  return info[i].ToString().Utf8Value();
}

inline std::uint64_t token(const Napi::CallbackInfo& info, std::size_t i) {
  return static_cast<std::uint64_t>(info[i].ToNumber().Int64Value());
}

// The id of an execution and, if the caller knows it, its token.
struct Key {
  Key(const Napi::CallbackInfo& info, std::size_t id_at, std::size_t token_at)
      : id(text(info, id_at)) {
    if (info[token_at].IsNumber()) its_token = token(info, token_at);
  }
  operator ExecutionKey() const { return {id, its_token}; }

  std::string id;
  std::optional<std::uint64_t> its_token;
};

}  // namespace escher::binding
