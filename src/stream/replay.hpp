// Cuts kept output into lines once more, for a reader who comes late. Pure; any thread.
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
  // The line at the end goes on in what the reader will get live: it is marked partial.
  bool goes_on = false;
};

struct ReplayOptions {
  std::uint64_t token = 0;
  std::size_t max_line_bytes = 0;
  EpochMillis now = 0;
};

// Batches of a size that suits the flow control, `seq` counted from 0. Both streams are gone
// through in the order of the timeline, then what it did not record, stdout first.
std::vector<OutputBatch> replay_output(const OutputTimeline& timeline,
                                       const ReplaySource (&sources)[kStreamCount],
                                       const ReplayOptions& options);

}  // namespace escher
