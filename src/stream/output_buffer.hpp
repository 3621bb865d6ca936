// The kept part of one stream: its first `limit` bytes, and the count of all. Pure; owned by an
// output pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

class OutputBuffer {
 public:
  explicit OutputBuffer(std::uint64_t limit) : limit_(limit) {}

  // Keeps what fits; returns how many bytes of `chunk` that were.
  std::size_t append(std::string_view chunk);

  std::uint64_t total() const { return total_; }
  bool over_limit() const { return total_ > limit_; }
  const std::string& kept() const { return kept_; }

  // The kept bytes, given away.
  std::string take();

 private:
  std::uint64_t limit_;
  std::uint64_t total_ = 0;
  std::string kept_;
};

}  // namespace escher
