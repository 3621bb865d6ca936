// What a stream of output passes before anything else sees it: escape sequences that are not to be
// shown go first, secrets after them, because a sequence inside of a secret would hide it until it
// is gone. Pure; one for each stream, owned by an output pipeline.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stream/display_filter.hpp"
#include "stream/redactor.hpp"

namespace escher {

class OutputCleaner {
 public:
  // Null if there is nothing to be cleaned.
  static std::unique_ptr<OutputCleaner> make(std::optional<DisplayMode> display,
                                             const std::optional<Redactor>& redactor);

  // What of a chunk, and of what waited before it, may go on; valid until the next call.
  std::string_view clean(std::string_view chunk);
  // The stream has ended: what waited.
  std::string_view finish();

 private:
  OutputCleaner(std::optional<DisplayMode> display, const std::optional<Redactor>& redactor);

  std::string_view redact(std::string_view text);

  std::optional<DisplayFilter> filter_;
  std::optional<RedactingStream> redaction_;
  std::string filtered_;
  std::string redacted_;
};

// The same for the lines of a log, each on its own, when the output itself is left as it is.
class LineCleaner {
 public:
  LineCleaner(DisplayMode display, std::optional<Redactor> redactor)
      : filter_(display), redactor_(std::move(redactor)) {}

  // `ends`: the line is whole, so no sequence goes on in the next one.
  std::string_view clean(std::string_view text, bool ends);

 private:
  DisplayFilter filter_;
  std::optional<Redactor> redactor_;
  std::string cleaned_;
};

}  // namespace escher
