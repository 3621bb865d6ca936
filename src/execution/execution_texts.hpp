// What an execution shows of its request, without its secrets. Secrets can be added while it lives.
// Owned by an Execution; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/thread_annotations.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

// Immutable.
struct RedactedTexts {
  std::optional<Redactor> redactor;
  std::string command;
  std::string key;
  std::string metadata;

  std::string redacted(std::string text) const {
    return redactor ? redactor->redact(text) : std::move(text);
  }
};

class ExecutionTexts {
 public:
  // `texts`: as the caller gave them.
  explicit ExecutionTexts(RedactedTexts texts) : texts_(redact(std::move(texts))) {}

  std::shared_ptr<const RedactedTexts> get() const {
    const MutexLock lock(mutex_);
    return texts_;
  }

  // `redactor` has more secrets than the present one.
  void add_secrets(const Redactor& redactor) {
    RedactedTexts texts = *get();
    texts.redactor = redactor;
    auto redacted = redact(std::move(texts));
    const MutexLock lock(mutex_);
    texts_ = std::move(redacted);
  }

 private:
  static std::shared_ptr<const RedactedTexts> redact(RedactedTexts texts) {
    for (std::string* text : {&texts.command, &texts.key, &texts.metadata}) {
      *text = texts.redacted(std::move(*text));
    }
    return std::make_shared<const RedactedTexts>(std::move(texts));
  }

  // A leaf.
  mutable Mutex mutex_;
  std::shared_ptr<const RedactedTexts> texts_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
