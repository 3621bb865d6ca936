// Templates of line_splitter.hpp. The positions of cuts depend on the bytes of the line only, not
// on the chunks.
#pragma once

#include "output/utf8.hpp"

namespace escher {

template <typename Sink>
void LineSplitter::split(std::string_view chunk, Sink&& sink) {
  while (!chunk.empty()) {
    const std::size_t end = chunk.find('\n');
    if (end == std::string_view::npos) {
      keep(chunk, sink);
      return;
    }
    if (pending_.empty()) {
      end_line(chunk.substr(0, end), sink);
    } else {
      pending_.append(chunk.substr(0, end));
      end_line(pending_, sink);
      clear_pending();
    }
    chunk.remove_prefix(end + 1);
  }
}

template <typename Blocks, typename Lines>
void LineSplitter::split_blocks(std::string_view chunk, Blocks&& blocks, Lines&& lines) {
  // The first line continues the held-back one.
  const std::size_t first = chunk.find('\n');
  if (first == std::string_view::npos) return split(chunk, lines);
  if (!pending_.empty() || flushed_) {
    split(chunk.substr(0, first + 1), lines);
    chunk.remove_prefix(first + 1);
  }
  // Empty if no line ends in the rest: npos + 1 = 0.
  const std::string_view block = chunk.substr(0, chunk.rfind('\n') + 1);
  chunk.remove_prefix(block.size());
  const bool may_change = !of_terminal_ && block.find('\r') != std::string_view::npos;
  if (block.size() > max_line_bytes_ || may_change) {
    split(block, lines);
  } else if (!block.empty()) {
    blocks(block);
  }
  if (!chunk.empty()) keep(chunk, lines);
}

template <typename Sink>
void LineSplitter::flush_partial(Sink&& sink) {
  const std::size_t length = flushable();
  if (length == 0) return;
  sink(Line{std::string_view(pending_).substr(0, length), true});
  flushed_ = true;
  pending_.erase(0, length);
}

template <typename Sink>
void LineSplitter::finish(Sink&& sink) {
  const bool has_line = !pending_.empty() || (flushed_ && !of_terminal_);
  if (has_line) sink(Line{cut_pieces(pending_, 0, sink), of_terminal_});
  flushed_ = false;
  clear_pending();
}

// `text` is the rest of a line, without its '\n'.
template <typename Sink>
void LineSplitter::end_line(std::string_view text, Sink& sink) {
  if (!of_terminal_ && !text.empty() && text.back() == '\r') text.remove_suffix(1);
  sink(Line{cut_pieces(text, 0, sink), false});
  flushed_ = false;
}

// `text` continues in the next chunk.
template <typename Sink>
void LineSplitter::keep(std::string_view text, Sink& sink) {
  // Half of a terminator or a byte of the line, which the next byte decides.
  const std::size_t undecided = !text.empty() && text.back() == '\r' ? 1 : 0;
  if (pending_.empty()) {
    pending_.assign(cut_pieces(text, undecided, sink));
  } else {
    pending_.append(text);
    const std::size_t rest = cut_pieces(pending_, undecided, sink).size();
    pending_.erase(0, pending_.size() - rest);
  }
}

// Delivers the pieces of a line that is too long; returns its rest.
template <typename Sink>
std::string_view LineSplitter::cut_pieces(std::string_view text, std::size_t undecided,
                                          Sink& sink) {
  while (text.size() - undecided > max_line_bytes_) {
    std::string_view piece = text.substr(0, max_line_bytes_);
    piece.remove_suffix(incomplete_tail(piece));
    sink(Line{piece, true});
    text.remove_prefix(piece.size());
  }
  return text;
}

}  // namespace escher
