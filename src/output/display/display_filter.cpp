#include "output/display/display_filter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "output/utf8.hpp"

namespace escher {
namespace {

// Chunks are decoded in parts of this size, to bound the memory of a filter.
constexpr std::size_t kPartBytes = 8192;

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// Whether a byte of valid text can be the first byte of a removed character. Among the characters
// outside ASCII this applies to three lead bytes only.
constexpr bool is_suspect(std::size_t byte) {
  if (byte == '\t' || byte == '\n' || byte == '\r') return false;
  return byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xD8 || byte == 0xE2;
}

constexpr std::array<bool, 256> kSuspects = [] {
  std::array<bool, 256> suspects{};
  for (std::size_t byte = 0; byte < suspects.size(); ++byte) suspects[byte] = is_suspect(byte);
  return suspects;
}();

constexpr std::uint64_t in_every_byte(std::uint64_t value) { return value * 0x0101'0101'0101'0101; }
constexpr std::uint64_t kHighBits = in_every_byte(0x80);

// For `limit` up to 0x80. Exact: a borrow comes only from a byte below `limit`.
constexpr bool has_below(std::uint64_t word, std::uint64_t limit) {
  return ((word - in_every_byte(limit)) & ~word & kHighBits) != 0;
}

constexpr bool has(std::uint64_t word, std::uint64_t byte) {
  return has_below(word ^ in_every_byte(byte), 1);
}

// True only if none of the eight bytes is suspect; can be false even then.
bool is_plain(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  if (has_below(word, 0x20) || has(word, 0x7F)) return false;
  if ((word & kHighBits) == 0) return true;
  return !has(word, 0xC2) && !has(word, 0xD8) && !has(word, 0xE2);
}

// The position of the first suspect byte from `at` on, or the end.
std::size_t skip_plain(std::string_view text, std::size_t at) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  while (at < text.size()) {
    const std::size_t end = std::min(text.size(), at + kWord);
    if (end - at < kWord || !is_plain(text.data() + at)) {
      for (; at < end; ++at) {
        if (kSuspects[byte_at(text, at)]) return at;
      }
    }
    at = end;
  }
  return at;
}

struct CodePoint {
  char32_t value;
  std::size_t length;
};

// The first code point of valid `text`. All above U+FFFF have one value, because none is a control.
CodePoint first_of(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  const auto low_bits = [text](std::size_t at) -> char32_t { return byte_at(text, at) & 0x3FU; };
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(lead & 0x1FU) << 6 | low_bits(1), 2};
  if (lead < 0xF0) return {(lead & 0x0FU) << 12 | low_bits(1) << 6 | low_bits(2), 3};
  return {0x10000, 4};
}

// Invisible characters that change the order or the lines of other characters.
bool rearranges_text(char32_t c) {
  constexpr char32_t kArabicLetterMark = 0x061C;
  const bool marks = c == kArabicLetterMark || c == 0x200E || c == 0x200F;
  const bool separators = c == 0x2028 || c == 0x2029;
  const bool embeddings_and_overrides = c >= 0x202A && c <= 0x202E;
  const bool isolates = c >= 0x2066 && c <= 0x2069;
  return marks || separators || embeddings_and_overrides || isolates;
}

// For a character with a suspect first byte; those below U+00A0 are controls.
bool is_shown(char32_t c) { return c >= 0xA0 && !rearranges_text(c); }

// The number of leading bytes of valid text that can be shown unchanged.
std::size_t shown_length(std::string_view text) {
  std::size_t at = skip_plain(text, 0);
  while (at < text.size()) {
    const CodePoint c = first_of(text.substr(at));
    if (!is_shown(c.value)) break;
    at = skip_plain(text, at + c.length);
  }
  return at;
}

std::string_view take(std::string_view& from, std::size_t length) {
  const std::string_view taken = from.substr(0, length);
  from.remove_prefix(length);
  return taken;
}

}  // namespace

bool DisplayFilter::Sgr::add(char parameter) {
  // The last element is for the final byte.
  if (size_ == text_.size() - 1) return false;
  text_[size_++] = parameter;
  return true;
}

std::string_view DisplayFilter::Sgr::end() {
  text_[size_] = 'm';
  return {text_.data(), size_ + 1};
}

// Removes a part from the front of `bytes` and returns it as valid text.
std::string_view DisplayFilter::decode(std::string_view& bytes) {
  std::string_view part = take(bytes, std::min(bytes.size(), kPartBytes));
  if (tail_.empty() && is_ascii(part)) return part;
  if (!tail_.empty()) part = tail_.append(part);
  const std::size_t complete = part.size() - incomplete_tail(part);
  decoded_.clear();
  append_valid_utf8(decoded_, part.substr(0, complete));
  tail_ = std::string(part.substr(complete));
  return decoded_;
}

std::string_view DisplayFilter::decode_tail() {
  decoded_.clear();
  append_valid_utf8(decoded_, tail_);
  tail_.clear();
  return decoded_;
}

// Removes the front of `text` up to the end of the next piece to show; empty if there is none.
std::string_view DisplayFilter::next_piece(std::string_view& text) {
  while (!text.empty()) {
    const bool in_ground = state_ == VtState::ground;
    if (in_ground) {
      if (const std::size_t length = shown_length(text); length > 0) return take(text, length);
    }
    const CodePoint c = first_of(text);
    const VtStep step = vt_step(state_, c.value);
    const VtState before = std::exchange(state_, step.next);
    // A character that broke off a sequence is handled again, as text.
    if (step.action == VtAction::text && !in_ground) continue;
    text.remove_prefix(c.length);
    if (mode_ == DisplayMode::sgr_and_progress) {
      if (const auto sequence = progress_.take(before, c.value); !sequence.empty()) return sequence;
    }
    switch (step.action) {
      case VtAction::clear:
        sgr_.clear();
        break;
      case VtAction::parameter:
        if (!sgr_.add(static_cast<char>(c.value))) state_ = VtState::csi_rest;
        break;
      case VtAction::sgr:
        if (mode_ != DisplayMode::strip) return sgr_.end();
        break;
      case VtAction::none:
      case VtAction::text:
        break;
    }
  }
  return {};
}

}  // namespace escher
