// Finds line breaks at which encoders wrap base64: after a line of exactly 64 or 76 digits. Pure;
// one for each stream.
#pragma once

#include <cstddef>
#include <string_view>

namespace escher {

class Base64Lines {
 public:
  // The position, from `at` on, of a "\n" or "\r\n" after such a line, or the end of `chunk`. A
  // "\r" at the end of `chunk` counts, because the next byte can be its "\n". The caller continues
  // with `start_line` and the position after the line break.
  std::size_t find(std::string_view chunk, std::size_t at);

  // The next byte is the first one of a line.
  void start_line();
  // The "\r" that was found is not followed by "\n".
  void continue_line();

 private:
  std::size_t column_ = 0;  // of the next byte
  bool digits_only_ = true;
};

}  // namespace escher
