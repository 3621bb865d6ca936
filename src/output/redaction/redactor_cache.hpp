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

 private:
  struct Compiled {
    std::vector<std::string> secrets;
    Redactor redactor;
  };

  const std::vector<std::string> engine_secrets_;
  const std::optional<Redactor> engine_redactor_;

  // A leaf: no other mutex is locked while it is held.
  Mutex mutex_;
  std::deque<Compiled> recent_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
