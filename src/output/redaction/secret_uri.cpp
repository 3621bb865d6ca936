#include "output/redaction/secret_uri.hpp"

namespace escher::forms {
namespace {

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

}  // namespace

void add_uri(Forms& forms, std::string_view text) {
  for (const UriStyle& style : kUriStyles) {
    for (const std::string_view hex : kHexDigits) add(forms, percent_encoded(text, style, hex));
  }
}

}  // namespace escher::forms
