#include "output/display/output_cleaner.hpp"

namespace escher {

FilteredRedaction::FilteredRedaction(DisplayMode display, const std::optional<Redactor>& redactor)
    : filter_(display), text_redaction_(redactor, true) {
  if (display != DisplayMode::strip) full_redaction_.emplace(redactor);
}

void FilteredRedaction::add_secrets(const Redactor& all, const Redactor& added) {
  text_redaction_.add(all, added);
  if (full_redaction_) full_redaction_->add(all, added);
}

void FilteredRedaction::feed(std::string_view bytes, std::string& out) {
  filter_.feed(bytes, [&](std::string_view piece) { redact(piece, out); });
}

void FilteredRedaction::finish(std::string& out) {
  const auto append = [&out](std::string_view piece) { out.append(piece); };
  filter_.finish([&](std::string_view piece) { redact(piece, out); });
  if (!full_redaction_) return text_redaction_.finish(append);
  text_redaction_.finish([&](std::string_view piece) { full_redaction_->feed(piece, append); });
  full_redaction_->finish(append);
}

// `piece`: text, or a sequence that the filter keeps.
void FilteredRedaction::redact(std::string_view piece, std::string& out) {
  if (text_redaction_.empty()) {
    out.append(piece);
    return;
  }
  const auto append = [&out](std::string_view clean) { out.append(clean); };
  if (!full_redaction_) return text_redaction_.feed(piece, append);
  text_redaction_.feed(piece, [&](std::string_view text) { full_redaction_->feed(text, append); });
}

std::unique_ptr<OutputCleaner> OutputCleaner::make(std::optional<DisplayMode> display,
                                                   const std::optional<Redactor>& redactor) {
  if (!display && !redactor) return nullptr;
  return std::unique_ptr<OutputCleaner>(new OutputCleaner(display, redactor));
}

OutputCleaner::OutputCleaner(std::optional<DisplayMode> display,
                             const std::optional<Redactor>& redactor)
    : redaction_(redactor) {
  if (display) filter_.emplace(*display, redactor);
}

void OutputCleaner::add_secrets(const Redactor& all, const Redactor& added) {
  if (filter_) {
    filter_->add_secrets(all, added);
  } else {
    redaction_.add(all, added);
  }
}

std::string_view OutputCleaner::clean(std::string_view chunk) {
  cleaned_.clear();
  if (filter_) {
    filter_->feed(chunk, cleaned_);
  } else {
    redaction_.feed(chunk, [this](std::string_view piece) { cleaned_.append(piece); });
  }
  return cleaned_;
}

std::string_view OutputCleaner::finish() {
  cleaned_.clear();
  if (filter_) {
    filter_->finish(cleaned_);
  } else {
    redaction_.finish([this](std::string_view piece) { cleaned_.append(piece); });
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
