#include "output/redaction/secret_json.hpp"

#include <cstdint>

namespace escher::forms {
namespace {

struct JsonStyle {
  std::string_view numeric;  // characters always written as \uXXXX
  bool slash;                // "\/"
  bool ascii;                // characters outside ASCII as \uXXXX
  bool short_controls;       // "\n", not "\u000a"
  std::string_view hex;
};

constexpr std::array<JsonStyle, 9> kJsonStyles{{
    {"", false, false, true, kHexDigits[0]},             // JSON.stringify
    {"", true, false, true, kHexDigits[0]},              // the same with "\/"
    {"", false, true, true, kHexDigits[0]},              // Python
    {"", true, true, true, kHexDigits[0]},               // PHP
    {"", false, true, true, kHexDigits[1]},              // Java
    {"<>&", false, false, true, kHexDigits[0]},          // Go
    {"<>&\"'+`\x7F", false, true, true, kHexDigits[1]},  // .NET
    {"", false, false, false, kHexDigits[0]},
    {"", false, false, false, kHexDigits[1]},
}};

struct CodePoint {
  std::uint32_t value;
  std::size_t length;  // 0 = invalid UTF-8
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() - at < length) return {0, 0};
  std::uint32_t value = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  return {value, length};
}

void append_unit(std::string& form, std::uint32_t unit, std::string_view hex) {
  form += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) form += hex[(unit >> shift) & 15];
}

void append_code_point(std::string& form, std::uint32_t value, std::string_view hex) {
  if (value < 0x10000) {
    append_unit(form, value, hex);
  } else {
    append_unit(form, 0xD800 + ((value - 0x10000) >> 10), hex);
    append_unit(form, 0xDC00 + ((value - 0x10000) & 0x3FF), hex);
  }
}

void append_json_ascii(std::string& form, char c, const JsonStyle& style) {
  constexpr std::string_view kControls = "\b\f\n\r\t";
  constexpr std::string_view kLetters = "bfnrt";
  const std::size_t control = kControls.find(c);
  if (contains(style.numeric, c)) {
    append_unit(form, static_cast<unsigned char>(c), style.hex);
  } else if (c == '"' || c == '\\' || (c == '/' && style.slash)) {
    form.append({'\\', c});
  } else if (control != std::string_view::npos && style.short_controls) {
    form.append({'\\', kLetters[control]});
  } else if (is_control(c) && c != '\x7F') {
    append_unit(form, static_cast<unsigned char>(c), style.hex);
  } else {
    form += c;
  }
}

std::string json_escaped(std::string_view text, const JsonStyle& style) {
  std::string form;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = is_ascii(text[at]) ? CodePoint{0, 0} : code_point_at(text, at);
    if (style.ascii && point.length > 0) {
      append_code_point(form, point.value, style.hex);
      at += point.length;
    } else {
      append_json_ascii(form, text[at], style);
      ++at;
    }
  }
  return form;
}

}  // namespace

void add_json(Forms& forms, std::string_view text) {
  for (const JsonStyle& style : kJsonStyles) {
    std::string form = json_escaped(text, style);
    add(forms, json_escaped(form, kJsonStyles.front()));
    add(forms, std::move(form));
  }
}

}  // namespace escher::forms
