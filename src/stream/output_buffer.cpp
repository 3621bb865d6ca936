#include "stream/output_buffer.hpp"

#include <algorithm>
#include <utility>

namespace escher {

// Only behind a lot of output: what prints little shall not cost the room for a whole chunk.
std::span<char> OutputBuffer::room() {
  constexpr std::size_t kALot = 256 * 1024;
  constexpr std::size_t kChunk = 64 * 1024;
  if (kept_.size() < kALot || limit_ - kept_.size() < kChunk) return {};
  return {kept_.room(kChunk), kChunk};
}

std::size_t OutputBuffer::append(std::string_view chunk) {
  const auto fits =
      static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), limit_ - kept_.size()));
  kept_.append(chunk.substr(0, fits));
  total_ += chunk.size();
  return fits;
}

Bytes OutputBuffer::take() {
  Bytes kept = std::move(kept_);
  kept.shrink();
  return kept;
}

}  // namespace escher
