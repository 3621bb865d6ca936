// How the descendants of an engine are told from all other processes: by a variable that every
// child gets and hands on to its own. Its value is a chain, `<engine>/<execution>` for each engine
// inside another one, so that each of them finds what is its own. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/id.hpp"

namespace escher {

inline constexpr std::string_view kMarkerName = "EXEC_ENGINE_ID";

class Marker {
 public:
  // `outer`: the value that the host itself was started with; empty if it runs in no engine.
  explicit Marker(std::string outer);
  // That of another engine, to find what it left behind.
  static Marker with_token(std::string token);

  // `<engine>/`: what every process of the engine has in its value.
  const std::string& token() const { return token_; }
  // Names the engine, in it and everywhere else.
  std::string_view engine() const {
    return std::string_view(token_).substr(0, token_.empty() ? 0 : token_.size() - 1);
  }
  // `NAME=value` for the environment of a child.
  std::string entry_for(const ExecutionId& id) const;
  // The execution of this engine that a value names; empty if it names none.
  std::string_view execution_in(std::string_view value) const;

 private:
  std::string token_;
  std::string prefix_;
};

}  // namespace escher
