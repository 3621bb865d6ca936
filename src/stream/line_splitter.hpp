// Cuts one stream into lines, whatever the borders of its chunks. Pure; owned by an output
// pipeline.
//
// Terminators are "\n" and "\r\n" and are not part of a line; a lone "\r" is. A line longer than
// `max_line_bytes` comes in pieces, all but the last marked partial and none cut inside a code
// point. What does not end in a terminator is kept back until it does, until `flush_partial`, or
// until `finish`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

struct Line {
  std::string_view text;  // raw bytes, valid during the call only
  bool partial;           // the line goes on
};

class LineSplitter {
 public:
  // Room for one code point is the least: a smaller `max_line_bytes` counts as 4.
  explicit LineSplitter(std::size_t max_line_bytes);

  // Calls `sink(Line)` for every line or piece that `chunk` completes.
  template <typename Sink>
  void split(std::string_view chunk, Sink&& sink);

  // As `split`, but whole lines that are delivered as they stand, without a "\r" and none too long,
  // come together: `blocks(text)`, with the '\n' behind each. The others come to `lines(Line)`.
  template <typename Blocks, typename Lines>
  void split_blocks(std::string_view chunk, Blocks&& blocks, Lines&& lines);

  // What `split` would have delivered: lines that ended, and pieces of lines that go on.
  struct Skipped {
    std::uint64_t lines = 0;
    std::uint64_t pieces = 0;
  };
  // As `split`, for when nobody takes the lines: counts them, and keeps what `split` needs to go on
  // from here.
  Skipped skip(std::string_view chunk);

  // Delivers what is kept back as a partial piece, up to the last complete code point. A "\r" at
  // the end stays back too: it may be half of a terminator.
  template <typename Sink>
  void flush_partial(Sink&& sink);

  // The stream has ended: what is kept back is its last line. A line of which a piece was delivered
  // already is closed, with an empty rest if need be, so that readers see it complete.
  template <typename Sink>
  void finish(Sink&& sink);

  // Bytes that were taken and not delivered yet.
  std::size_t pending() const { return pending_.size(); }
  // Whether `flush_partial` would deliver something.
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

  // Bytes of an unfinished line; never holds a '\n'.
  std::string pending_;
  std::size_t max_line_bytes_;
  // A part of the line was flushed: its end has to be told even if nothing more comes of it.
  bool flushed_ = false;
};

}  // namespace escher

#include "stream/line_splitter.inl"
