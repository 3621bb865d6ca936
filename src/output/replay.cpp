#include "output/replay.hpp"

#include <algorithm>
#include <utility>

#include "output/event_batcher.hpp"
#include "output/line_splitter.hpp"

namespace escher {
namespace {

constexpr std::size_t kBatchBytes = 65'536;

class Replayer {
 public:
  Replayer(const ReplaySource (&sources)[kStreamCount], const ReplayOptions& options)
      : now_(options.now),
        batcher_(options.token),
        rest_{sources[0].bytes, sources[1].bytes},
        splitters_{LineSplitter(options.max_line_bytes, options.of_terminal),
                   LineSplitter(options.max_line_bytes, options.of_terminal)} {}

  void feed(Stream stream, std::uint64_t bytes) {
    std::string_view& rest = rest_[index_of(stream)];
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, rest.size()));
    splitter(stream).split(rest.substr(0, length),
                           [&](const Line& line) { deliver(stream, line); });
    rest.remove_prefix(length);
  }

  void feed_rest(Stream stream) { feed(stream, rest_[index_of(stream)].size()); }

  void end(Stream stream, bool continues) {
    // Not `flush_partial`, which holds back a final "\r": the source contains delivered text only.
    splitter(stream).finish([&](const Line& line) {
      deliver(stream, Line{line.text, line.partial || continues});
    });
  }

  std::vector<OutputBatch> take() {
    take_batch();
    return std::move(batches_);
  }

 private:
  LineSplitter& splitter(Stream stream) { return splitters_[index_of(stream)]; }

  void deliver(Stream stream, const Line& line) {
    if (batcher_.must_take_before(stream) || batcher_.bytes() >= kBatchBytes) take_batch();
    batcher_.add(stream, line);
  }

  void take_batch() {
    if (auto batch = batcher_.take(now_)) batches_.push_back(std::move(*batch));
  }

  EpochMillis now_;
  EventBatcher batcher_;
  std::string_view rest_[kStreamCount];
  LineSplitter splitters_[kStreamCount];
  std::vector<OutputBatch> batches_;
};

}  // namespace

std::vector<OutputBatch> replay_output(const OutputTimeline& timeline,
                                       const ReplaySource (&sources)[kStreamCount],
                                       const ReplayOptions& options) {
  Replayer replayer(sources, options);
  for (const auto& run : timeline.runs()) replayer.feed(run.stream, run.bytes);
  for (const Stream stream : kStreams) replayer.feed_rest(stream);
  for (const Stream stream : kStreams) replayer.end(stream, sources[index_of(stream)].continues);
  return replayer.take();
}

std::vector<OutputBatch> replay_lines(const CapturedOutput& output, std::size_t max_line_bytes) {
  const ReplaySource sources[kStreamCount] = {{output.bytes[0].view()}, {output.bytes[1].view()}};
  return replay_output(output.timeline, sources,
                       {0, max_line_bytes, output.of_terminal, wall_now()});
}

}  // namespace escher
