// The compiled secrets of one engine. Requests mostly bring the same secrets again, so the last few
// sets are kept: compiling one takes as long as a launch. Any thread. One mutex, a leaf. Owned by
// the engine.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "stream/redactor.hpp"

namespace escher {

class Redactors {
 public:
  // `own`: the secrets of the engine, which count for every request.
  explicit Redactors(std::vector<std::string> own);

  // Nothing if there are no secrets.
  std::optional<Redactor> for_request(const std::vector<std::string>& secrets);

 private:
  struct Compiled {
    std::vector<std::string> secrets;
    Redactor redactor;
  };

  const std::vector<std::string> own_;
  const std::optional<Redactor> own_redactor_;

  std::mutex mutex_;
  std::deque<Compiled> recent_;
};

}  // namespace escher
