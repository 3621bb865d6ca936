// Makes output safe to show: the filtered text changes nothing in a terminal except colours. Pure;
// one for each stream.
//
// The filtered text is valid UTF-8: characters, "\n", "\r", "\t" and, depending on the mode,
// well-formed SGR sequences and OSC 9;4 progress sequences. Removed are
// - all other escape sequences, with the text of titles, link targets and clipboard commands (see
//   vt_parser for their ends);
// - all other controls: C0, DEL, C1. Backspace is one of them, because it can hide earlier text;
// - bidirectional controls, which reorder text, and U+2028 and U+2029, which start new lines.
// The number of lines does not change.
//
// Invalid UTF-8 becomes U+FFFD, as it does when output is decoded. Therefore a single byte from
// 0x80 to 0x9F is never a C1 control. It also starts no sequence here: in another encoding it is a
// letter, and the rest of its line would be lost. Such bytes cannot be passed on, because two of
// them could form a character after the text between them is removed.
//
// The result depends neither on chunk boundaries nor on whether the text was decoded before, and a
// second run changes nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "output/display/progress_sequence.hpp"
#include "output/display/vt_parser.hpp"

namespace escher {

enum class DisplayMode : std::uint8_t {
  sgr,               // keeps colours, bold, underline and so on
  sgr_and_progress,  // also keeps progress sequences
  strip,             // keeps text only
};

class DisplayFilter {
 public:
  explicit DisplayFilter(DisplayMode mode) : mode_(mode) {}

  // Calls `sink(std::string_view)` for every piece of filtered text. A piece is valid during the
  // call and ends on a code point.
  template <typename Sink>
  void feed(std::string_view bytes, Sink&& sink) {
    while (!bytes.empty()) show(decode(bytes), sink);
  }

  // The end of the text, which also ends a sequence. The filter can then be used for another text.
  // Call it at the end of a line if the terminators are not fed.
  template <typename Sink>
  void finish(Sink&& sink) {
    show(decode_tail(), sink);
    state_ = VtState::ground;
  }

 private:
  // ESC [ <parameters> m, also for a sequence that began with the C1 control. A sequence that is
  // too long for any terminal is dropped, to bound the memory of a filter.
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
  // An incomplete code point at the end of a chunk.
  std::string tail_;
  // The current part of a chunk as valid text, if it is not plain ASCII.
  std::string decoded_;
};

}  // namespace escher
