// What the encoders of secrets share: secret_base64, secret_json, secret_shell and secret_uri. Each
// of them adds the forms of one encoding; secret_forms.hpp describes the forms. Pure; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output/redaction/secret_forms.hpp"

namespace escher::forms {

using Forms = std::vector<std::string>;

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
