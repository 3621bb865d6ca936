// What happens to every chunk that a child writes, in one place and in one order:
//   filter -> redact -> count -> keep up to the limit -> spill over it -> split into lines -> log
//   -> batch.
// Knows files, but neither pipes nor Asio. Owned by an Execution, touched on its strand only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"
#include "model/event.hpp"
#include "model/result.hpp"
#include "stream/event_batcher.hpp"
#include "stream/line_splitter.hpp"
#include "stream/log_file.hpp"
#include "stream/output_buffer.hpp"
#include "stream/output_cleaner.hpp"
#include "stream/private_file.hpp"
#include "stream/redactor.hpp"

namespace escher {

struct OutputOptions {
  std::uint64_t token = 0;
  std::uint64_t limit = 0;  // bytes kept per stream
  OversizedOutputStrategy strategy = OversizedOutputStrategy::truncate_with_warning;
  std::size_t max_line_bytes = 0;
  std::string log_path;  // empty = no log
  // What it takes out is never counted, kept, written or delivered.
  std::optional<Redactor> redactor;
  AnsiMode ansi = AnsiMode::raw;
  // Whether what tells of progress stays in what is safe to show.
  bool progress = false;
  // Gives the path of a new overflow file for a stream, in a directory that is there; asked at most
  // once per stream, only under stream_to_file.
  std::function<Result<std::string>(Stream)> overflow_path;
};

class OutputPipeline {
 public:
  explicit OutputPipeline(OutputOptions options);

  // The command is about to run: opens the log.
  void open_log();

  // Where a chunk may be put to save its copy; empty = nowhere. Valid until the next `write`.
  std::span<char> room(Stream stream);

  // A chunk of a stream. True if it made the stream exceed its limit under `fail_execution`; of
  // what comes after that, nothing is delivered any more. `watched`: somebody takes the lines;
  // `emit` gets the batches.
  using Emit = std::function<void(OutputBatch)>;
  bool write(Stream stream, std::string_view chunk, bool watched, const Emit& emit);

  // An unfinished line has been waiting for more.
  bool has_partial(Stream stream) const;
  void flush_partial(Stream stream, const Emit& emit);

  // The stream has ended: its last line goes out. True as for `write`.
  bool end(Stream stream, bool watched, const Emit& emit);

  // The lines of what is kept so far, as a reader would have got them from the start. Lines that
  // come later through `emit` join on without a gap or an overlap, except for what the limit has
  // cut.
  std::vector<OutputBatch> replay() const;

  std::uint64_t total_bytes() const;
  // Lines that have ended; the pieces of one count once.
  std::uint64_t total_lines() const { return lines_; }

  // Closes the files and gives away what is kept, with the warning line where it was cut.
  std::shared_ptr<const CapturedOutput> finish(ExecutionResult& result);

 private:
  struct StreamState {
    StreamState(std::uint64_t limit, std::size_t max_line_bytes)
        : buffer(limit), splitter(max_line_bytes) {}

    // What is kept, cut on a code point where it was cut.
    std::string_view kept() const;

    std::unique_ptr<OutputCleaner> cleaner;    // null = nothing to clean
    std::unique_ptr<LineCleaner> log_cleaner;  // likewise
    OutputBuffer buffer;
    LineSplitter splitter;
    std::uint64_t split_bytes = 0;  // given to the splitter
    PrivateFile overflow;
    std::string overflow_file;  // holds the whole stream; empty = none
    bool ended = false;
  };

  StreamState& state_of(Stream stream) { return streams_[index_of(stream)]; }
  const StreamState& state_of(Stream stream) const { return streams_[index_of(stream)]; }

  // From here on all is clean.
  bool take(Stream stream, std::string_view chunk, bool watched, const Emit& emit);
  std::size_t keep(Stream stream, std::string_view chunk);
  void begin_overflow(Stream stream);
  void spill(StreamState& state, std::string_view chunk);
  void give_up_overflow(StreamState& state, const Error& error);

  void take_lines(Stream stream, std::string_view chunk, bool watched, const Emit& emit);
  void deliver(Stream stream, const Line& line, bool watched, EpochMillis now, const Emit& emit);
  void log(Stream stream, const Line& line, EpochMillis now);
  void flush_batch(EpochMillis now, const Emit& emit);

  Bytes take_kept(Stream stream);

  OutputOptions options_;
  StreamState streams_[kStreamCount];
  OutputTimeline timeline_;
  EventBatcher batcher_;
  LogFile log_;
  std::string overflow_error_;
  std::uint64_t lines_ = 0;
};

// The lines of finished output, as OutputPipeline::replay gave them while it ran. Token 0.
std::vector<OutputBatch> replay_lines(const CapturedOutput& output, std::size_t max_line_bytes);

}  // namespace escher
