// Compiled secrets, shared by the executions of an engine. Compiling a secret takes longer than a
// request may take with thousands of them, so those of the engine are compiled once, and a request
// costs as much as its own. Those of the last requests are kept, because requests mostly have the
// same. Owned by the engine; any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "model/thread_annotations.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

class RedactorCache {
 public:
  // `engine_secrets` are redacted for every request. Compiles them.
  explicit RedactorCache(std::vector<std::string> engine_secrets);

  // The redactor for the secrets of the engine and of a request; nothing if there are none.
  std::optional<Redactor> for_request(const std::vector<std::string>& secrets);

  // One more secret of the engine, for every request after the call.
  void add(const std::string& secret);
  // Compiles many added secrets together with the others, which takes long: for a thread on which
  // nothing waits.
  void merge_added();
  // The number of secrets of the engine.
  std::size_t engine_secrets() const;

 private:
  struct Compiled {
    std::vector<std::string> secrets;  // of the request
    Redactor redactor;
  };

  const std::optional<Redactor>& for_engine() ESCHER_REQUIRES(mutex_);
  std::optional<Redactor> recent(const std::vector<std::string>& secrets) const
      ESCHER_REQUIRES(mutex_);

  // A leaf: no other mutex is locked while it is held.
  mutable Mutex mutex_;
  // The secrets of the engine: those that are compiled together, and those that were added since.
  std::vector<std::string> merged_ ESCHER_GUARDED_BY(mutex_);
  std::vector<std::string> added_ ESCHER_GUARDED_BY(mutex_);
  std::optional<Redactor> for_merged_ ESCHER_GUARDED_BY(mutex_);
  // For both; nothing = it must be made again, or there is no secret.
  std::optional<Redactor> for_engine_ ESCHER_GUARDED_BY(mutex_);
  bool is_merging_ ESCHER_GUARDED_BY(mutex_) = false;
  // For the own secrets of requests only.
  std::deque<Compiled> recent_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
