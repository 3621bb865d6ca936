// What one program writes, read by a bare loop of read() into memory that is kept: the least that
// taking a stream can cost. Linux. Blocks its caller until the program has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace escher::bench {

// The first bytes of a stream, in blocks of which none is ever moved.
class KeptBytes {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
  static constexpr std::size_t kReadBytes = std::size_t{64} << 10;

  // Room for one read.
  char* room();
  void add(std::size_t bytes) { used_ += bytes, total_ += bytes; }

  std::uint64_t total() const { return total_; }

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = kBlockBytes;  // of the last block
  std::uint64_t total_ = 0;
};

struct ReadOutcome {
  std::uint64_t bytes = 0;
  KeptBytes kept;
};

// Keeps what fits into `limit`, to the precision of one read, and counts the rest. Throws if a call
// failed, or if the program ended with anything but 0.
ReadOutcome read_all(char* const* argv, std::uint64_t limit);

}  // namespace escher::bench
