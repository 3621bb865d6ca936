// How single programs write a secret: each of these adds the forms of one kind. For secret_forms
// only, which says what they are. Pure; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stream/secret_forms.hpp"

namespace escher::forms {

using Forms = std::vector<std::string>;

void add_base64(Forms& forms, std::string_view text);
void add_uri(Forms& forms, std::string_view text);
void add_json(Forms& forms, std::string_view text);
void add_shell(Forms& forms, std::string_view text);

// ---- What they have in common.

inline constexpr std::array<std::string_view, 2> kHexDigits{"0123456789abcdef", "0123456789ABCDEF"};

inline void add(Forms& forms, std::string form) {
  if (form.size() >= kShortestForm) forms.push_back(std::move(form));
}

inline bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }
inline bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
inline bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }

}  // namespace escher::forms
