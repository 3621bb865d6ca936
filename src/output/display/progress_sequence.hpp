// Finds OSC 9;4, by which programs report their progress: ESC ] 9 ; 4 ; state [ ; percent ]. It is
// safe to show, because it only changes a progress bar in the window title. Pure; owned by a
// display filter.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "output/display/vt_parser.hpp"

namespace escher {

class ProgressSequence {
 public:
  // Takes the next code point of valid text, with the parser state before it. Returns the sequence
  // in its shortest form if it ends here, else nothing; valid until the next call.
  std::string_view take(VtState state, char32_t code_point);

 private:
  static constexpr std::string_view kIntroducer = "\x1B]";
  // "9;4;", a digit, ";", three digits, ";", and the terminator.
  static constexpr std::size_t kLongest = kIntroducer.size() + 4 + 1 + 1 + 3 + 1 + 1;

  void begin(bool is_command);
  void add(char32_t code_point);
  std::string_view end();
  bool is_valid() const;

  std::array<char, kLongest> text_{kIntroducer[0], kIntroducer[1]};
  std::size_t size_ = 0;  // 0 = not in such a sequence
};

}  // namespace escher
