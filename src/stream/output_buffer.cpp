#include "stream/output_buffer.hpp"

#include <algorithm>
#include <utility>

namespace escher {

std::size_t OutputBuffer::append(std::string_view chunk) {
  const auto fits =
      static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), limit_ - kept_.size()));
  kept_.append(chunk.substr(0, fits));
  total_ += chunk.size();
  return fits;
}

std::string OutputBuffer::take() {
  std::string kept = std::exchange(kept_, {});
  kept.shrink_to_fit();
  return kept;
}

}  // namespace escher
