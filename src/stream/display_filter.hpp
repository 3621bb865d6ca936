// Makes the output of a program safe to show: what is left changes nothing in a terminal but
// colours. Pure; owned by whoever shows or logs one stream.
//
// What is left is valid UTF-8: characters, "\n", "\r", "\t" and, if asked for, well-formed SGR
// sequences, and OSC 9;4 where the progress of a program is asked for. Gone are
// - all other escape sequences (vt_parser says where they end), with the text that a title, a link
//   target or a clipboard command holds;
// - all other controls: C0, DEL, C1. Backspace is one: it could hide what was said before it;
// - bidirectional controls, by which text is shown in another order than it has, and U+2028 and
//   U+2029, which begin a line where there is none.
// Lines neither appear nor vanish.
//
// Bytes that are no UTF-8 become U+FFFD, as they do when output is decoded. So a single byte from
// 0x80 to 0x9F never is a C1 control to anyone; neither does it begin a sequence here, since in
// text of another encoding it is a letter, and the rest of its line would be lost. Were such bytes
// passed on, two of them could become a character where what stood between them was removed.
//
// A filter runs on valid text: whether output is decoded before it or only by it changes nothing,
// nor do the borders of chunks, nor does a second run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "stream/progress_sequence.hpp"
#include "stream/vt_parser.hpp"

namespace escher {

enum class DisplayMode : std::uint8_t {
  sgr,               // colours, bold, underlined ... stay
  sgr_and_progress,  // and what tells of progress
  strip,             // text only
};

class DisplayFilter {
 public:
  explicit DisplayFilter(DisplayMode mode) : mode_(mode) {}

  // Calls `sink(std::string_view)` for every piece of what may be shown; the pieces are valid
  // during the call, and end on code points.
  template <typename Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    while (!bytes.empty()) show(decode(bytes), sink);
  }

  // The text has ended, and with it any sequence; the filter may be used for another. The end of a
  // line whose terminator is not fed is an end in this sense too.
  template <typename Sink>
  void finish(Sink&& sink) {
    show(decode_tail(), sink);
    state_ = VtState::ground;
  }

 private:
  // ESC [ <parameters> m, however it was introduced. One too long for any terminal is dropped, so
  // that what a filter holds is bounded.
  class Sgr {
   public:
    void clear() { size_ = kIntroducer; }
    bool add(char parameter);
    std::string_view end();

   private:
    static constexpr std::size_t kIntroducer = 2;
    static constexpr std::size_t kLongest = 256;
    std::array<char, kLongest> text_{'\x1B', '['};
    std::size_t size_ = kIntroducer;
  };

  template <typename Sink>
  void show(std::string_view text, Sink& sink) {
    while (!text.empty()) {
      if (const std::string_view piece = next_piece(text); !piece.empty()) sink(piece);
    }
  }

  std::string_view decode(std::string_view& bytes);
  std::string_view decode_tail();
  std::string_view next_piece(std::string_view& text);

  DisplayMode mode_;
  VtState state_ = VtState::ground;
  Sgr sgr_;
  ProgressSequence progress_;
  // The beginning of a code point at the end of a chunk.
  std::string tail_;
  // The part of a chunk that is being shown, if it was not plain ASCII.
  std::string decoded_;
};

}  // namespace escher
