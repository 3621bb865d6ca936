#include "output/display/progress_sequence.hpp"

#include <algorithm>

namespace escher {
namespace {

constexpr char32_t kBell = 0x07;
constexpr char32_t kEscape = 0x1B;
constexpr char32_t kCommand = 0x9D;     // OSC as one code point
constexpr char32_t kTerminator = 0x9C;  // ST as one code point
constexpr std::string_view kHead = "9;4;";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view ProgressSequence::take(VtState state, char32_t code_point) {
  if (state == VtState::string) {
    if (code_point == kBell || code_point == kTerminator) return end();
    // A following backslash ends the string.
    if (code_point == kEscape) return {};
    if (code_point == kCommand) {
      begin(true);
    } else {
      add(code_point);
    }
    return {};
  }
  if (state == VtState::escape && code_point == '\\') return end();
  begin(code_point == kCommand || (state == VtState::escape && code_point == ']'));
  return {};
}

void ProgressSequence::begin(bool is_command) { size_ = is_command ? kIntroducer.size() : 0; }

void ProgressSequence::add(char32_t code_point) {
  if (size_ == 0) return;
  // The last element is for the terminator.
  const bool fits = size_ < text_.size() - 1 && code_point < 0x80;
  if (fits) text_[size_++] = static_cast<char>(code_point);
  if (!fits) size_ = 0;
}

std::string_view ProgressSequence::end() {
  const bool valid = is_valid();
  const std::size_t size = size_;
  size_ = 0;
  if (!valid) return {};
  text_[size] = static_cast<char>(kBell);
  return {text_.data(), size + 1};
}

bool ProgressSequence::is_valid() const {
  if (size_ == 0) return false;
  std::string_view rest(text_.data() + kIntroducer.size(), size_ - kIntroducer.size());
  if (!rest.starts_with(kHead)) return false;
  rest.remove_prefix(kHead.size());
  if (rest.empty() || rest.front() < '0' || rest.front() > '4') return false;
  rest.remove_prefix(1);
  if (rest.ends_with(';')) rest.remove_suffix(1);
  if (rest.empty()) return true;
  if (rest.front() != ';') return false;
  rest.remove_prefix(1);
  return rest.size() <= 3 && std::all_of(rest.begin(), rest.end(), is_digit);
}

}  // namespace escher
