// Splits one stream into lines, independent of its chunk boundaries. Pure; owned by an output
// pipeline.
//
// Terminators are "\n" and "\r\n"; they are not part of a line, but a lone "\r" is. Of a terminal
// the
// "\r" of "\r\n" stays in the line, so that a consumer can restore the output exactly. A line
// longer than `max_line_bytes` is delivered in pieces: all but the last are marked partial, and
// none is cut inside a code point. An unterminated line is held back until its terminator,
// `flush_partial` or `finish`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

struct Line {
  std::string_view text;  // raw bytes, valid during the call only
  bool partial;           // more of this line follows
};

class LineSplitter {
 public:
  // The minimum is one code point: a smaller `max_line_bytes` counts as 4.
  explicit LineSplitter(std::size_t max_line_bytes, bool of_terminal = false);

  // Calls `sink(Line)` for every line or piece that `chunk` completes.
  template <typename Sink>
  void split(std::string_view chunk, Sink&& sink);

  // Like `split`, but consecutive whole lines that need no change (no "\r", none too long) are
  // delivered together: `blocks(text)`, each line with its '\n'. All others go to `lines(Line)`.
  template <typename Blocks, typename Lines>
  void split_blocks(std::string_view chunk, Blocks&& blocks, Lines&& lines);

  // What `split` would have delivered: ended lines, and partial pieces.
  struct Skipped {
    std::uint64_t lines = 0;
    std::uint64_t pieces = 0;
  };
  // Like `split`, without a consumer: counts the lines and holds back an unterminated one.
  Skipped skip(std::string_view chunk);

  // Delivers the held-back text as a partial piece, up to the last complete code point. A "\r" at
  // the end stays held back, because it can be half of a terminator.
  template <typename Sink>
  void flush_partial(Sink&& sink);

  // The end of the stream: the held-back text is the last line. If a part of this line was flushed,
  // its rest is delivered even if it is empty, so that readers see the line end. Of a terminal it
  // is partial, so that its text gets no line end that the terminal did not write.
  template <typename Sink>
  void finish(Sink&& sink);

  // Bytes held back.
  std::size_t pending() const { return pending_.size(); }
  // Whether `flush_partial` has something to deliver.
  bool has_partial() const { return flushable() > 0; }

 private:
  template <typename Sink>
  void end_line(std::string_view text, Sink& sink);
  template <typename Sink>
  void keep(std::string_view text, Sink& sink);
  template <typename Sink>
  std::string_view cut_pieces(std::string_view text, std::size_t undecided, Sink& sink);

  std::size_t flushable() const;
  void clear_pending();

  // Held-back bytes of an unterminated line; never contains '\n'.
  std::string pending_;
  std::size_t max_line_bytes_;
  bool of_terminal_;
  // A part of the line was flushed, so its end must be delivered even if it is empty.
  bool flushed_ = false;
};

}  // namespace escher

#include "output/line_splitter.inl"
