#include "policy/rules.hpp"

#include <cstddef>

namespace escher {
namespace {

constexpr std::size_t kLongestValue = 200;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string quote_value(std::string_view value) {
  std::string text = "'";
  if (value.size() <= kLongestValue) return text.append(value).append("'");
  std::size_t length = kLongestValue;
  while (length > 0 && continues_code_point(value[length])) --length;
  return text.append(value.substr(0, length)).append("…'");
}

}  // namespace escher
