// An environment variable that identifies the descendants of an engine: every child gets it and
// passes it on to its own children. The value is a chain with one `<engine>/<execution>` for each
// nested engine, so that each engine finds its own descendants. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/id.hpp"
#include "policy/limit_mark.hpp"
#include "policy/marker_name.hpp"

namespace escher {

class Marker {
 public:
  // `outer`: the value in the environment of the host; empty if no engine started it.
  explicit Marker(std::string outer);
  // The marker of another engine, to find processes that it left behind.
  static Marker with_token(std::string token);

  // `<engine>/`: part of the value in every process of the engine.
  const std::string& token() const { return token_; }
  // The id of the engine.
  std::string_view engine() const {
    return std::string_view(token_).substr(0, token_.empty() ? 0 : token_.size() - 1);
  }
  // `NAME=value` for the environment of a child.
  std::string entry_for(const ExecutionId& id) const;
  // For the limit mark of a child.
  limit_mark::Numbers numbers_for(const ExecutionId& id) const;
  // The number of the execution of this engine in the limits of a process; 0 if there is none.
  std::uint64_t execution_number_in(limit_mark::Limits limits) const;
  // The execution of this engine in `value`; empty if there is none.
  std::string_view execution_in(std::string_view value) const;

 private:
  std::string token_;
  std::string prefix_;
};

}  // namespace escher
