// Finds OSC 9;4 among the strings of a terminal: ESC ] 9 ; 4 ; state [ ; percent ], by which
// programs tell their progress. It changes nothing but a bar in the title of a window, so a text
// may keep it and still be safe to show. Pure; owned by a display filter.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "stream/vt_parser.hpp"

namespace escher {

class ProgressSequence {
 public:
  // The next code point of valid text, with the state ahead of it. The whole sequence, in its
  // shortest form, if this was its end; valid until the next call.
  std::string_view take(VtState state, char32_t code_point);

 private:
  static constexpr std::string_view kIntroducer = "\x1B]";
  // "9;4;", a digit, ";", three digits, ";", and the end.
  static constexpr std::size_t kLongest = kIntroducer.size() + 4 + 1 + 1 + 3 + 1 + 1;

  void begin(bool is_command);
  void add(char32_t code_point);
  std::string_view end();
  bool is_whole() const;

  std::array<char, kLongest> text_{kIntroducer[0], kIntroducer[1]};
  std::size_t size_ = 0;  // 0 = it is none
};

}  // namespace escher
