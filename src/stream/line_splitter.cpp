#include "stream/line_splitter.hpp"

#include <algorithm>

namespace escher {
namespace {

// Room that a long line may leave behind; an execution should not hold a megabyte for having once
// printed one.
constexpr std::size_t kKeptCapacity = 65'536;
constexpr std::size_t kLongestCodePoint = 4;

// In blocks with counters of one byte, which compilers turn into vector code.
std::uint64_t count_newlines(std::string_view bytes) {
  constexpr std::size_t kBlock = 128;
  std::uint64_t count = 0;
  while (bytes.size() >= kBlock) {
    std::uint8_t in_block = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      in_block = static_cast<std::uint8_t>(in_block + (bytes[i] == '\n' ? 1 : 0));
    }
    count += in_block;
    bytes.remove_prefix(kBlock);
  }
  return count + static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

}  // namespace

LineSplitter::LineSplitter(std::size_t max_line_bytes)
    : max_line_bytes_(std::max(max_line_bytes, kLongestCodePoint)) {}

LineSplitter::Skipped LineSplitter::skip(std::string_view chunk) {
  Skipped skipped;
  auto count = [&skipped](const Line& line) { ++(line.partial ? skipped.pieces : skipped.lines); };

  // Only the line that was begun before can be too long in a chunk that is not.
  const std::size_t first = chunk.find('\n');
  if (first == std::string_view::npos || chunk.size() > max_line_bytes_) {
    split(chunk, count);
    return skipped;
  }
  split(chunk.substr(0, first + 1), count);
  chunk.remove_prefix(first + 1);

  const std::size_t last = chunk.rfind('\n');
  const std::size_t complete = last == std::string_view::npos ? 0 : last + 1;
  skipped.lines += count_newlines(chunk.substr(0, complete));
  keep(chunk.substr(complete), count);
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
