// Splits kept output into lines again, for a reader that subscribes late. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/event.hpp"
#include "model/result.hpp"

namespace escher {

struct ReplaySource {
  std::string_view bytes;
  // Live output continues the last line, so it is marked partial.
  bool continues = false;
};

struct ReplayOptions {
  std::uint64_t token = 0;
  std::size_t max_line_bytes = 0;
  bool of_terminal = false;
  EpochMillis now = 0;
};

// Batches small enough for the flow control, with `seq` from 0. The order of the streams is that of
// the timeline; output beyond the timeline follows, stdout first.
std::vector<OutputBatch> replay_output(const OutputTimeline& timeline,
                                       const ReplaySource (&sources)[kStreamCount],
                                       const ReplayOptions& options);

// The lines of a finished execution, as OutputPipeline::replay returned them while it ran. The
// batches have token 0.
std::vector<OutputBatch> replay_lines(const CapturedOutput& output, std::size_t max_line_bytes);

}  // namespace escher
