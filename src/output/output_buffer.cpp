#include "output/output_buffer.hpp"

#include <algorithm>
#include <utility>

namespace escher {

// Only for large output, so that a command with little output does not cost the memory of a chunk.
std::span<char> OutputBuffer::room() {
  constexpr std::size_t kLargeOutput = 256 * 1024;
  constexpr std::size_t kChunk = 64 * 1024;
  if (kept_.size() < kLargeOutput || limit_ - kept_.size() < kChunk) return {};
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
