// Keeps the output of an execution as the command wrote it, before filter and redaction, and adds
// nothing to it. In memory only, up to the limit of each stream: the rest is dropped, also if the
// redacted output is spilled into a file. Pure; owned by an output pipeline.
//
// It is a second copy from the first byte on, whether or not there is a secret, because one can be
// added at any time. The cost: up to twice the memory for the output, and one copy of each chunk.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "model/result.hpp"
#include "model/status.hpp"
#include "output/output_buffer.hpp"

namespace escher {

class ExactCapture {
 public:
  // `limit`: bytes per stream.
  explicit ExactCapture(std::uint64_t limit) : buffers_{OutputBuffer(limit), OutputBuffer(limit)} {}

  void add(Stream stream, std::string_view chunk) { buffers_[index_of(stream)].append(chunk); }

  // Moves the output out, and fills in what the result says about it, which outlives the output.
  std::shared_ptr<const ExactOutput> finish(ExecutionResult& result);

 private:
  OutputBuffer buffers_[kStreamCount];
};

}  // namespace escher
