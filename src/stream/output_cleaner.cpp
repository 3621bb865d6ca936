#include "stream/output_cleaner.hpp"

namespace escher {

std::unique_ptr<OutputCleaner> OutputCleaner::make(std::optional<DisplayMode> display,
                                                   const std::optional<Redactor>& redactor) {
  if (!display && !redactor) return nullptr;
  return std::unique_ptr<OutputCleaner>(new OutputCleaner(display, redactor));
}

OutputCleaner::OutputCleaner(std::optional<DisplayMode> display,
                             const std::optional<Redactor>& redactor) {
  if (display) filter_.emplace(*display);
  if (redactor) redaction_.emplace(*redactor);
}

std::string_view OutputCleaner::clean(std::string_view chunk) {
  redacted_.clear();
  if (!filter_) return redact(chunk);
  filtered_.clear();
  filter_->feed(chunk, [this](std::string_view piece) { filtered_.append(piece); });
  return redact(filtered_);
}

std::string_view OutputCleaner::finish() {
  redacted_.clear();
  filtered_.clear();
  if (filter_) filter_->finish([this](std::string_view piece) { filtered_.append(piece); });
  if (!redaction_) return filtered_;
  redact(filtered_);
  redaction_->finish([this](std::string_view piece) { redacted_.append(piece); });
  return redacted_;
}

std::string_view OutputCleaner::redact(std::string_view text) {
  if (!redaction_) return text;
  redaction_->feed(text, [this](std::string_view piece) { redacted_.append(piece); });
  return redacted_;
}

std::string_view LineCleaner::clean(std::string_view text, bool ends) {
  cleaned_.clear();
  const auto append = [this](std::string_view piece) { cleaned_.append(piece); };
  filter_.feed(text, append);
  if (ends) filter_.finish(append);
  // A sequence that is gone may have stood inside of a secret.
  if (redactor_) cleaned_ = redactor_->redact(cleaned_);
  return cleaned_;
}

}  // namespace escher
