#include "output/line_splitter.hpp"

#include <algorithm>

#include "output/newlines.hpp"

namespace escher {
namespace {

// Above this capacity the buffer is freed after a long line, so that an execution does not hold a
// megabyte after one such line.
constexpr std::size_t kKeptCapacity = 65'536;
constexpr std::size_t kLongestCodePoint = 4;

}  // namespace

LineSplitter::LineSplitter(std::size_t max_line_bytes, bool of_terminal)
    : max_line_bytes_(std::max(max_line_bytes, kLongestCodePoint)), of_terminal_(of_terminal) {}

LineSplitter::Skipped LineSplitter::skip(std::string_view chunk) {
  Skipped skipped;
  split_blocks(
      chunk, [&skipped](std::string_view block) { skipped.lines += count_newlines(block); },
      [&skipped](const Line& line) { ++(line.partial ? skipped.pieces : skipped.lines); });
  return skipped;
}

std::size_t LineSplitter::flushable() const {
  if (!pending_.empty() && pending_.back() == '\r') return pending_.size() - 1;
  return pending_.size() - incomplete_tail(pending_);
}

void LineSplitter::clear_pending() {
  pending_.clear();
  if (pending_.capacity() > kKeptCapacity) pending_.shrink_to_fit();
}

}  // namespace escher
