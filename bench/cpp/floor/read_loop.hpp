// Reads the output of one program with a bare loop of read() into memory that is kept: the lower
// bound for the cost of reading a stream. Linux. Blocks the caller until the program has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace escher::bench {

// The first bytes of a stream, in blocks that are never moved.
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

// Keeps up to `limit` bytes, to the precision of one read, and counts the rest. Throws if a call
// fails or the program does not exit with 0.
ReadOutcome read_all(char* const* argv, std::uint64_t limit);

}  // namespace escher::bench
