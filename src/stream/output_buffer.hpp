// The kept part of one stream: its first `limit` bytes, and the count of all. Pure; owned by an
// output pipeline.
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

  // The place behind what is kept, for the next chunk; empty = not yet, or not enough of it any
  // more.
  std::span<char> room();

  // Keeps what fits; returns how many bytes of `chunk` that were.
  std::size_t append(std::string_view chunk);

  std::uint64_t total() const { return total_; }
  bool over_limit() const { return total_ > limit_; }
  std::string_view kept() const { return kept_.view(); }

  // The kept bytes, given away.
  Bytes take();

 private:
  std::uint64_t limit_;
  std::uint64_t total_ = 0;
  Bytes kept_;
};

}  // namespace escher
