#include "output/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace escher {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;

// What can follow a first byte. 0 continuations: no code point begins with this byte.
struct Lead {
  std::uint8_t continuations;
  // Bounds of the second byte; they exclude overlong forms, surrogates and values above U+10FFFF.
  std::uint8_t lower;
  std::uint8_t upper;
};

constexpr Lead lead_of(std::size_t byte) {
  if (byte < 0xC2 || byte > 0xF4) return {0, 0x80, 0xBF};
  if (byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {3, 0x80, 0xBF};
}

constexpr std::array<Lead, 256> kLeads = [] {
  std::array<Lead, 256> leads{};
  for (std::size_t byte = 0; byte < leads.size(); ++byte) leads[byte] = lead_of(byte);
  return leads;
}();

enum class Form : std::uint8_t { valid, invalid, unfinished };

// A code point, or the maximal subpart of one.
struct Sequence {
  std::size_t length;
  Form form;
};

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

bool is_continuation(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

std::uint64_t load_word(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The sequence that begins at `at`, which is not an ASCII byte.
inline Sequence sequence_at(std::string_view bytes, std::size_t at) {
  const Lead& lead = kLeads[byte_at(bytes, at)];
  if (lead.continuations == 0) return {1, Form::invalid};
  const std::size_t left = bytes.size() - at;
  if (left == 1) return {1, Form::unfinished};
  const std::uint8_t second = byte_at(bytes, at + 1);
  if (second < lead.lower || second > lead.upper) return {1, Form::invalid};
  for (std::size_t i = 2; i <= lead.continuations; ++i) {
    if (i == left) return {i, Form::unfinished};
    if (!is_continuation(byte_at(bytes, at + i))) return {i, Form::invalid};
  }
  return {lead.continuations + std::size_t{1}, Form::valid};
}

// The position of the first byte from `at` on that is not ASCII, or the end.
std::size_t skip_ascii(std::string_view bytes, std::size_t at) {
  while (bytes.size() - at >= sizeof(std::uint64_t)) {
    if ((load_word(bytes.data() + at) & kHighBits) != 0) break;
    at += sizeof(std::uint64_t);
  }
  while (at < bytes.size() && byte_at(bytes, at) < 0x80) ++at;
  return at;
}

}  // namespace

bool is_ascii(std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  while (bytes.size() >= kBlock) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kBlock; i += sizeof bits) bits |= load_word(bytes.data() + i);
    if ((bits & kHighBits) != 0) return false;
    bytes.remove_prefix(kBlock);
  }
  return skip_ascii(bytes, 0) == bytes.size();
}

std::size_t incomplete_tail(std::string_view bytes) {
  const std::size_t longest = std::min<std::size_t>(3, bytes.size());
  for (std::size_t length = 1; length <= longest; ++length) {
    const std::size_t at = bytes.size() - length;
    if (is_continuation(byte_at(bytes, at))) continue;
    const bool ascii = byte_at(bytes, at) < 0x80;
    return !ascii && sequence_at(bytes, at).form == Form::unfinished ? length : 0;
  }
  return 0;
}

std::size_t cut_on_code_point(std::string_view kept) { return kept.size() - incomplete_tail(kept); }

void append_valid_utf8(std::string& out, std::string_view bytes) {
  std::size_t copied = 0;
  std::size_t at = skip_ascii(bytes, 0);
  while (at < bytes.size()) {
    const Sequence sequence = sequence_at(bytes, at);
    if (sequence.form != Form::valid) {
      out.append(bytes.substr(copied, at - copied)).append(kReplacement);
      copied = at + sequence.length;
    }
    at += sequence.length;
    // Non-ASCII characters mostly follow each other, so one byte is checked before skip_ascii.
    if (at < bytes.size() && byte_at(bytes, at) < 0x80) at = skip_ascii(bytes, at);
  }
  out.append(bytes.substr(copied));
}

}  // namespace escher
