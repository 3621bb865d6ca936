#include "output/redaction/secret_base64.hpp"

#include <cstdint>

namespace escher::forms {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Without padding; the missing bits of the last digit are zero.
std::string base64_digits(std::string_view bytes, std::string_view alphabet) {
  std::string digits;
  digits.reserve(bytes.size() * 4 / 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) digits += alphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0) digits += alphabet[(bits << (6 - count)) & 63];
  return digits;
}

std::string padding_of(std::size_t digits) { return std::string((4 - digits % 4) % 4, '='); }

void add_base64_at(Forms& forms, std::string_view text, std::size_t offset,
                   std::string_view alphabet) {
  std::string before(offset, '\0');
  const std::string digits = base64_digits(before.append(text), alphabet);
  const std::size_t first = (8 * offset + 5) / 6;  // earlier digits contain bits of other bytes
  const std::size_t own = 8 * (offset + text.size()) / 6 - first;
  add(forms, digits.substr(first, own));
  add(forms, digits.substr(first));
  add(forms, digits.substr(first) + padding_of(digits.size()));
}

std::vector<std::string_view> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string_view> lines;
  for (; !text.empty(); text.remove_prefix(lines.back().size()))
    lines.push_back(text.substr(0, width));
  return lines;
}

std::string joined(const std::vector<std::string_view>& lines, std::string_view line_end) {
  std::string text;
  for (const std::string_view line : lines) {
    if (!text.empty()) text += line_end;
    text += line;
  }
  return text;
}

// Like `base64` and `openssl base64`, for a secret that is the whole input.
void add_wrapped_base64(Forms& forms, std::string_view text) {
  std::string whole = base64_digits(text, kBase64);
  whole += padding_of(whole.size());
  for (const std::size_t width : {64, 76}) {
    if (whole.size() <= width) continue;
    const std::vector<std::string_view> lines = wrapped(whole, width);
    for (const std::string_view line : lines) add(forms, std::string(line));
    for (const std::string_view line_end : {"\n", "\r\n"}) add(forms, joined(lines, line_end));
  }
}

}  // namespace

void add_base64(Forms& forms, std::string_view text) {
  for (const std::size_t offset : {0, 1, 2}) {
    add_base64_at(forms, text, offset, kBase64);
    add_base64_at(forms, text, offset, kBase64Url);
  }
  add_wrapped_base64(forms, text);
}

}  // namespace escher::forms
