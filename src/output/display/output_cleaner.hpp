// The first stage of an output pipeline: removes escape sequences and redacts secrets. A sequence
// inside a secret must not hide it, whether the sequence is removed or kept. Pure; one for each
// stream.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "output/display/display_filter.hpp"
#include "output/redaction/redaction_chain.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

// Filters a text and redacts the result.
class FilteredRedaction {
 public:
  FilteredRedaction(DisplayMode display, const std::optional<Redactor>& redactor);

  // Append the clean text, together with earlier held-back text, to `out`.
  void feed(std::string_view bytes, std::string& out);
  void finish(std::string& out);

  // As of RedactionChain.
  void add_secrets(const Redactor& all, const Redactor& added);

 private:
  void redact(std::string_view piece, std::string& out);

  DisplayFilter filter_;
  // Searches the text without the kept sequences, then the text with them: a secret can contain
  // one.
  RedactionChain text_redaction_;
  std::optional<RedactionChain> full_redaction_;
};

class OutputCleaner {
 public:
  // Null if there is neither a filter nor a redactor.
  static std::unique_ptr<OutputCleaner> make(std::optional<DisplayMode> display,
                                             const std::optional<Redactor>& redactor);

  // The clean text of a chunk, together with earlier held-back text; valid until the next call.
  std::string_view clean(std::string_view chunk);
  // The end of the stream: the rest of the held-back text.
  std::string_view finish();

  // As of RedactionChain.
  void add_secrets(const Redactor& all, const Redactor& added);

 private:
  OutputCleaner(std::optional<DisplayMode> display, const std::optional<Redactor>& redactor);

  std::optional<FilteredRedaction> filter_;  // with the redaction
  RedactionChain redaction_;                 // without a filter
  std::string cleaned_;
};

// The same for single lines of a log, when results and events keep the raw output.
class LineCleaner {
 public:
  LineCleaner(DisplayMode display, const std::optional<Redactor>& redactor)
      : filter_(display, redactor) {}

  // `ends`: the line ends here, and with it any escape sequence. Otherwise text can be held back
  // that the next piece of the line completes.
  std::string_view clean(std::string_view text, bool ends);

  void add_secrets(const Redactor& all, const Redactor& added) { filter_.add_secrets(all, added); }

 private:
  FilteredRedaction filter_;
  std::string cleaned_;
};

}  // namespace escher
