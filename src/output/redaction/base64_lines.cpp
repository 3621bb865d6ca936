#include "output/redaction/base64_lines.hpp"

#include <algorithm>

#include "output/redaction/secret_encoding.hpp"

namespace escher {
namespace {

constexpr std::size_t kPemWidth = 64;
constexpr std::size_t kMimeWidth = 76;

bool has_only_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return forms::is_alphanumeric(c) || forms::contains("+/-_=", c);
  });
}

}  // namespace

std::size_t Base64Lines::find(std::string_view chunk, std::size_t at) {
  while (at < chunk.size()) {
    const std::size_t line_feed = chunk.find('\n', at);
    const bool ends = line_feed != std::string_view::npos;
    std::string_view line = chunk.substr(at, ends ? line_feed - at : std::string_view::npos);
    const bool has_return = line.ends_with('\r');
    if (has_return) line.remove_suffix(1);

    const std::size_t width = column_ + line.size();
    const bool is_wrapped = (width == kPemWidth || width == kMimeWidth) && (ends || has_return);
    if (is_wrapped && digits_only_ && has_only_digits(line)) return at + line.size();
    if (!ends) {
      column_ = width + (has_return ? 1 : 0);
      digits_only_ = digits_only_ && column_ <= kMimeWidth && !has_return && has_only_digits(line);
      return chunk.size();
    }
    start_line();
    at = line_feed + 1;
  }
  return at;
}

void Base64Lines::start_line() {
  column_ = 0;
  digits_only_ = true;
}

void Base64Lines::continue_line() { digits_only_ = false; }

}  // namespace escher
