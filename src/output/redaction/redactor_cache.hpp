// Caches the last few sets of compiled secrets, because requests mostly have the same secrets, and
// compiling a set takes as long as a launch. Owned by the engine; any thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/thread_annotations.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

class RedactorCache {
 public:
  // `engine_secrets` are redacted for every request.
  explicit RedactorCache(std::vector<std::string> engine_secrets);

  // The redactor for the secrets of the engine and of a request; nothing if there are none.
  std::optional<Redactor> for_request(const std::vector<std::string>& secrets);

  // One more secret of the engine, for every request after the call.
  void add(const std::string& secret);
  // The number of secrets of the engine.
  std::size_t engine_secrets() const;

 private:
  struct Compiled {
    std::vector<std::string> secrets;  // of the request
    Redactor redactor;
  };

  // A leaf: no other mutex is locked while it is held.
  mutable Mutex mutex_;
  std::vector<std::string> engine_secrets_ ESCHER_GUARDED_BY(mutex_);
  std::deque<Compiled> recent_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
