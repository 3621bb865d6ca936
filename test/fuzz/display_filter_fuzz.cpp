// Invariants of DisplayFilter for any bytes in any chunks. The first byte of an input is the length
// of the chunks.
//
// With libFuzzer: -fsanitize=fuzzer. The seeds are in corpus/display_filter/.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "output/display/display_filter.hpp"
#include "output/utf8.hpp"
#include "require.hpp"

namespace escher {
namespace {

std::string shown(DisplayMode mode, std::string_view bytes, std::size_t chunk) {
  std::string out;
  const auto append = [&out](std::string_view piece) {
    require(!piece.empty(), "no piece is empty");
    out += piece;
  };
  DisplayFilter filter(mode);
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view next = rest.substr(0, chunk);
    filter.feed(next, append);
    rest.remove_prefix(next.size());
  }
  filter.finish(append);
  return out;
}

std::string shown(DisplayMode mode, std::string_view bytes) {
  return shown(mode, bytes, bytes.size() + 1);
}

std::string decoded(std::string_view bytes) {
  std::string text;
  append_valid_utf8(text, bytes);
  return text;
}

// The length of an SGR sequence at the start of `text`, or 0.
std::size_t sgr_length(std::string_view text) {
  if (!text.starts_with("\x1B[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::uint32_t first_code(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(0) < 0x80) return byte(0);
  if (byte(0) < 0xE0) return (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
  if (byte(0) < 0xF0) {
    return (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
  }
  return 0x10000;
}

std::size_t first_length(std::string_view text) {
  const std::uint32_t code = first_code(text);
  if (code < 0x80) return 1;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// Whether valid text begins with a control or with a character that rearranges text.
bool begins_with_control(std::string_view text) {
  const std::uint32_t code = first_code(text);
  if (code < 0x20) return code != '\t' && code != '\n' && code != '\r';
  if (code < 0xA0) return code >= 0x7F;
  static constexpr std::uint32_t kRearranging[] = {0x061C, 0x200E, 0x200F, 0x2028, 0x2029,
                                                   0x202A, 0x202B, 0x202C, 0x202D, 0x202E,
                                                   0x2066, 0x2067, 0x2068, 0x2069};
  return std::find(std::begin(kRearranging), std::end(kRearranging), code) !=
         std::end(kRearranging);
}

// The length of an OSC 9;4 sequence in its normalized form at the start of `text`, or 0.
std::size_t progress_length(std::string_view text) {
  constexpr std::string_view kHead = "\x1B]9;4;";
  const std::size_t end = text.find('\a');
  if (!text.starts_with(kHead) || end == std::string_view::npos) return 0;
  const std::string_view rest = text.substr(kHead.size(), end - kHead.size());
  const bool plain = rest.find_first_not_of("0123456789;") == std::string_view::npos;
  return plain && rest.size() <= 6 ? end + 1 : 0;
}

std::size_t sequence_length(DisplayMode mode, std::string_view text) {
  if (mode == DisplayMode::strip) return 0;
  const std::size_t sgr = sgr_length(text);
  return sgr == 0 && mode == DisplayMode::sgr_and_progress ? progress_length(text) : sgr;
}

void require_safe(DisplayMode mode, std::string_view text) {
  require(decoded(text) == text, "the result is valid UTF-8");
  while (!text.empty()) {
    const std::size_t sequence = sequence_length(mode, text);
    require(sequence > 0 || !begins_with_control(text), "the result contains no control");
    text.remove_prefix(sequence > 0 ? sequence : first_length(text));
  }
}

// For text without sequences: the filter removes its controls and nothing else.
void require_complete(std::string_view text, std::string_view shown_text) {
  std::string expected;
  while (!text.empty()) {
    const std::uint32_t code = first_code(text);
    const bool c1_introducer = code >= 0x90 && code < 0xA0;
    if (code == 0x1B || c1_introducer) return;
    const std::size_t length = first_length(text);
    if (!begins_with_control(text)) expected += text.substr(0, length);
    text.remove_prefix(length);
  }
  require(shown_text == expected, "text without sequences loses only its controls");
}

void check(DisplayMode mode, std::string_view bytes, std::size_t chunk) {
  const std::string whole = shown(mode, bytes);
  require_safe(mode, whole);
  require(shown(mode, bytes, chunk) == whole, "the result does not depend on chunks");
  require(shown(mode, whole) == whole, "a second run changes nothing");
  const std::string text = decoded(bytes);
  require(shown(mode, text) == whole, "earlier decoding changes nothing");
  require_complete(text, whole);
  for (const char end : {'\n', '\r'}) {
    require(
        std::count(whole.begin(), whole.end(), end) == std::count(bytes.begin(), bytes.end(), end),
        "the number of lines does not change");
  }
  if (const std::size_t end = bytes.find('\n'); end != std::string_view::npos) {
    const std::string by_line =
        shown(mode, bytes.substr(0, end)) + '\n' + shown(mode, bytes.substr(end + 1));
    require(by_line == whole, "a line does not depend on earlier lines");
  }
}

}  // namespace
}  // namespace escher

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace escher;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t chunk = 1 + data[0] % 16;
  check(DisplayMode::sgr, bytes, chunk);
  check(DisplayMode::sgr_and_progress, bytes, chunk);
  check(DisplayMode::strip, bytes, chunk);
  const std::string text = shown(DisplayMode::strip, bytes);
  for (const DisplayMode mode : {DisplayMode::sgr, DisplayMode::sgr_and_progress}) {
    require(shown(DisplayMode::strip, shown(mode, bytes)) == text,
            "stripping a filtered text gives the same text");
  }
  return 0;
}
