#include "stream/secret_forms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace escher {
namespace {

using Forms = std::vector<std::string>;

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
constexpr std::string_view kLineEnds = "\r\n";
constexpr std::array<std::string_view, 2> kHexDigits{"0123456789abcdef", "0123456789ABCDEF"};

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }

void add(Forms& forms, std::string form) {
  if (form.size() >= kShortestForm) forms.push_back(std::move(form));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

// --- base64 ---

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Without padding; the bits that the last digit lacks are zero.
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
  const std::size_t first = (8 * offset + 5) / 6;  // what comes before it has bits of others
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

// As `base64` and `openssl base64` write a secret that is all of the text.
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

void add_base64(Forms& forms, std::string_view text) {
  for (const std::size_t offset : {0, 1, 2}) {
    add_base64_at(forms, text, offset, kBase64);
    add_base64_at(forms, text, offset, kBase64Url);
  }
  add_wrapped_base64(forms, text);
}

// --- URI ---

struct UriStyle {
  std::string_view literal;  // besides letters and digits
  bool plus_for_space;
};

constexpr std::array<UriStyle, 8> kUriStyles{{
    {"-_.!~*'()", false},                     // encodeURIComponent
    {"-_.!~*'();/?:@&=+$,#", false},          // encodeURI
    {"-_.!~*'()$&+,%", false},                // URL: user and password
    {"-_.!~*()$&+,%;/?:@=[\\]^`{|}", false},  // URL: query
    {"-_.~", false},                          // RFC 3986
    {"-_.~/", false},                         // the same for a path
    {"*-._", true},                           // application/x-www-form-urlencoded
    {"-_.~", true},                           // the same as Python and Go write it
}};

std::string percent_encoded(std::string_view text, const UriStyle& style, std::string_view hex) {
  std::string form;
  for (const char c : text) {
    if (is_alphanumeric(c) || contains(style.literal, c)) {
      form += c;
    } else if (c == ' ' && style.plus_for_space) {
      form += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      form.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
  }
  return form;
}

void add_uri(Forms& forms, std::string_view text) {
  for (const UriStyle& style : kUriStyles) {
    for (const std::string_view hex : kHexDigits) add(forms, percent_encoded(text, style, hex));
  }
}

// --- JSON ---

struct JsonStyle {
  std::string_view numeric;  // characters that are always written by their numbers
  bool slash;                // "\/"
  bool ascii;                // what is not ASCII by its number
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
  std::size_t length;  // 0: no UTF-8
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

void add_json(Forms& forms, std::string_view text) {
  for (const JsonStyle& style : kJsonStyles) {
    std::string form = json_escaped(text, style);
    add(forms, json_escaped(form, kJsonStyles.front()));
    add(forms, std::move(form));
  }
}

// --- shell ---

// Each character of `special` as `prefix`, the character, `suffix`.
std::string quoted(std::string_view text, std::string_view special, std::string_view prefix,
                   std::string_view suffix = {}) {
  std::string form;
  for (const char c : text) {
    const bool is_special = contains(special, c);
    if (is_special) form += prefix;
    form += c;
    if (is_special) form += suffix;
  }
  return form;
}

// As `printf %q` of bash: a backslash also where a word would begin a comment or name a home.
std::string bash_backslashed(std::string_view text) {
  std::string form;
  char before = '\0';
  for (const char c : text) {
    const bool begins = before == '\0';
    const bool home = c == '~' && (begins || before == ':' || before == '=');
    if (home || (c == '#' && begins) || contains(" '\"\\|&;()<>!{}*[]?^$`,", c)) form += '\\';
    form += c;
    before = c;
  }
  return form;
}

// A backslash before all but letters, digits and what Ruby and others hold for harmless.
std::string backslashed(std::string_view text) {
  std::string form;
  for (const char c : text) {
    if (is_ascii(c) && !is_alphanumeric(c) && !contains("_-.,:+/@\n", c)) form += '\\';
    form += c;
  }
  return form;
}

void append_ansi_c(std::string& form, char c) {
  constexpr std::string_view kControls = "\a\b\t\n\v\f\r\x1B";
  constexpr std::string_view kLetters = "abtnvfrE";
  const std::size_t control = kControls.find(c);
  form += '\\';
  if (control != std::string_view::npos) {
    form += kLetters[control];
  } else if (c == '\'' || c == '\\') {
    form += c;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    for (int shift = 6; shift >= 0; shift -= 3) form += "01234567"[(byte >> shift) & 7];
  }
}

// $'...' as bash writes it, in an UTF-8 locale or in one that knows ASCII only.
std::string ansi_c_quoted(std::string_view text, bool ascii) {
  std::string form;
  for (const char c : text) {
    if (is_control(c) || c == '\'' || c == '\\' || (ascii && !is_ascii(c))) {
      append_ansi_c(form, c);
    } else {
      form += c;
    }
  }
  return form;
}

// '...' that is left for control characters: 'one'$'\n''two', as GNU's programs write names.
std::string gnu_quoted(std::string_view text) {
  std::string form;
  bool in_control = false;
  for (const char c : text) {
    if (is_control(c) != in_control) form += in_control ? "''" : "'$'";
    in_control = is_control(c);
    if (in_control) {
      append_ansi_c(form, c);
    } else if (c == '\'') {
      form += "'\\''";
    } else {
      form += c;
    }
  }
  return form;
}

void add_shell(Forms& forms, std::string_view text) {
  add(forms, quoted(text, "'", "'\\'"));        // '\''
  add(forms, quoted(text, "'", "'\"", "\"'"));  // '"'"'
  add(forms, quoted(text, "\"\\$`", "\\"));     // inside "..."
  add(forms, bash_backslashed(text));
  add(forms, backslashed(text));
  add(forms, ansi_c_quoted(text, false));
  add(forms, ansi_c_quoted(text, true));
  add(forms, gnu_quoted(text));
}

// --- lines ---

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kLineEnds), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_secret_by_itself(std::string_view line) {
  if (line.size() < kShortestForm) return false;
  const bool armour =
      line.ends_with("-----") && (line.starts_with("-----BEGIN ") || line.starts_with("-----END "));
  return !armour && std::any_of(line.begin(), line.end(),
                                [](char c) { return is_alphanumeric(c) || !is_ascii(c); });
}

std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) != "\r\n") out += text[at];
  }
  return out;
}

std::string with_carriage_returns(std::string_view line_feeds) {
  std::string out;
  for (const char c : line_feeds) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

void add_encodings(Forms& forms, std::string_view text) {
  add(forms, std::string(text));
  add_base64(forms, text);
  // A line feed that `echo` has put behind it gives the last digit of the secret another value.
  add_base64(forms, std::string(text) + '\n');
  add_uri(forms, text);
  add_json(forms, text);
  add_shell(forms, text);
}

void sort_out(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

// A secret without the white space around it, as it may be printed: whole and by its lines.
std::vector<std::string> texts_of(std::string_view secret) {
  std::vector<std::string> texts{std::string(secret)};
  if (secret.find_first_of(kLineEnds) == std::string_view::npos) return texts;
  texts.push_back(with_line_feeds(secret));
  texts.push_back(with_carriage_returns(texts.back()));
  for (const std::string_view line : lines_of(secret)) {
    if (is_secret_by_itself(line)) texts.emplace_back(line);
  }
  sort_out(texts);
  return texts;
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view secret) {
  if (secret.size() < kShortestForm) return {};
  const std::string_view inner = trimmed(secret);
  Forms forms;
  for (const std::string& text : texts_of(inner.size() < kShortestForm ? secret : inner)) {
    add_encodings(forms, text);
  }
  // The one code in which the white space around it has no place of its own.
  add_base64(forms, secret);
  sort_out(forms);
  return forms;
}

}  // namespace escher
