// The kept part of one stream: its first `limit` bytes, and the number of all bytes. Pure; owned by
// an output pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/bytes.hpp"

namespace escher {

class OutputBuffer {
 public:
  explicit OutputBuffer(std::uint64_t limit) : limit_(limit) {}

  // Room after the kept bytes, into which the next chunk can be read without a copy. Empty if the
  // output is small, or if the limit leaves less than a chunk.
  std::span<char> room();

  // Keeps the bytes within the limit; returns their number.
  std::size_t append(std::string_view chunk);

  std::uint64_t total() const { return total_; }
  bool over_limit() const { return total_ > limit_; }
  std::string_view kept() const { return kept_.view(); }

  // Moves the kept bytes out.
  Bytes take();

 private:
  std::uint64_t limit_;
  std::uint64_t total_ = 0;
  Bytes kept_;
};

}  // namespace escher
