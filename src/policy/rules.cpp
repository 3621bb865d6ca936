#include "policy/rules.hpp"

#include <cstddef>

namespace escher {
namespace {

constexpr std::size_t kLongestValue = 200;

// What is shorter would put "***" into words that have nothing to do with it.
constexpr std::size_t kShortestSecret = 4;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Code points, without the white space around them: it is no part of a secret
// (stream/secret_forms). A line break of two characters is one.
std::size_t length_of_secret(std::string_view secret) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = secret.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return 0;
  secret = secret.substr(first, secret.find_last_not_of(kSpace) - first + 1);
  std::size_t length = 0;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const bool half = secret[i] == '\r' && i + 1 < secret.size() && secret[i + 1] == '\n';
    if (!continues_code_point(secret[i]) && !half) ++length;
  }
  return length;
}

}  // namespace

std::string quote_value(std::string_view value) {
  std::string text = "'";
  if (value.size() <= kLongestValue) return text.append(value).append("'");
  std::size_t length = kLongestValue;
  while (length > 0 && continues_code_point(value[length])) --length;
  return text.append(value.substr(0, length)).append("…'");
}

std::string wrong_secret(const std::vector<std::string>& secrets) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const std::size_t length = length_of_secret(secrets[i]);
    if (length >= kShortestSecret) continue;
    const std::string field = "redact[" + std::to_string(i) + "]";
    return must_be(field, "of at least 4 characters, white space around it not counted",
                   std::to_string(length));
  }
  return {};
}

}  // namespace escher
