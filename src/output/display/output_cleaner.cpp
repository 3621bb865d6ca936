#include "output/display/output_cleaner.hpp"

namespace escher {

FilteredRedaction::FilteredRedaction(DisplayMode display, const std::optional<Redactor>& redactor)
    : filter_(display) {
  if (!redactor) return;
  text_redaction_.emplace(*redactor);
  if (display != DisplayMode::strip) full_redaction_.emplace(*redactor);
}

void FilteredRedaction::feed(std::string_view bytes, std::string& out) {
  filter_.feed(bytes, [&](std::string_view piece) { redact(piece, out); });
}

void FilteredRedaction::finish(std::string& out) {
  const auto append = [&out](std::string_view piece) { out.append(piece); };
  filter_.finish([&](std::string_view piece) { redact(piece, out); });
  if (!text_redaction_) return;
  if (!full_redaction_) return text_redaction_->finish(append);
  text_redaction_->finish([&](std::string_view piece) { full_redaction_->feed(piece, append); });
  full_redaction_->finish(append);
}

// `piece`: text, or a sequence that the filter keeps.
void FilteredRedaction::redact(std::string_view piece, std::string& out) {
  if (!text_redaction_) {
    out.append(piece);
    return;
  }
  const auto append = [&out](std::string_view clean) { out.append(clean); };
  if (!full_redaction_) return text_redaction_->feed(piece, append);
  const auto redact_again = [&](std::string_view text) { full_redaction_->feed(text, append); };
  if (piece.starts_with('\x1B')) {
    text_redaction_->pass_through(piece, redact_again);
  } else {
    text_redaction_->feed(piece, redact_again);
  }
}

std::unique_ptr<OutputCleaner> OutputCleaner::make(std::optional<DisplayMode> display,
                                                   const std::optional<Redactor>& redactor) {
  if (!display && !redactor) return nullptr;
  return std::unique_ptr<OutputCleaner>(new OutputCleaner(display, redactor));
}

OutputCleaner::OutputCleaner(std::optional<DisplayMode> display,
                             const std::optional<Redactor>& redactor) {
  if (display) {
    filter_.emplace(*display, redactor);
  } else {
    redaction_.emplace(*redactor);
  }
}

std::string_view OutputCleaner::clean(std::string_view chunk) {
  cleaned_.clear();
  if (filter_) {
    filter_->feed(chunk, cleaned_);
  } else {
    redaction_->feed(chunk, [this](std::string_view piece) { cleaned_.append(piece); });
  }
  return cleaned_;
}

std::string_view OutputCleaner::finish() {
  cleaned_.clear();
  if (filter_) {
    filter_->finish(cleaned_);
  } else {
    redaction_->finish([this](std::string_view piece) { cleaned_.append(piece); });
  }
  return cleaned_;
}

std::string_view LineCleaner::clean(std::string_view text, bool ends) {
  cleaned_.clear();
  filter_.feed(text, cleaned_);
  if (ends) filter_.finish(cleaned_);
  return cleaned_;
}

}  // namespace escher
