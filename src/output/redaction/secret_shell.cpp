#include "output/redaction/secret_shell.hpp"

namespace escher::forms {
namespace {

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

// Like `printf %q` of bash, which also escapes '#' at the start and '~' where it is expanded.
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

// A backslash before all characters except letters, digits and those that Ruby leaves unescaped.
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

// $'...' as bash writes it, in a UTF-8 locale or in an ASCII locale.
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

// '...' with control characters in $'...': 'one'$'\n''two', as GNU programs write file names.
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

}  // namespace

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

}  // namespace escher::forms
