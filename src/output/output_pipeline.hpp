// Processes every chunk of output, in this order:
//   keep the exact bytes, if they were asked for -> filter -> redact -> record -> count -> keep up
//   to the limit -> spill beyond it -> split into lines -> log -> batch.
// Uses files, but neither pipes nor Asio. Owned by an Execution, used on its strand only.
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
#include "output/display/output_cleaner.hpp"
#include "output/event_batcher.hpp"
#include "output/exact_capture.hpp"
#include "output/line_splitter.hpp"
#include "output/log_file.hpp"
#include "output/output_buffer.hpp"
#include "output/private_file.hpp"
#include "output/recording.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

struct OutputOptions {
  std::uint64_t token = 0;
  std::uint64_t limit = 0;  // bytes kept per stream
  OversizedOutputStrategy strategy = OversizedOutputStrategy::truncate_with_warning;
  std::size_t max_line_bytes = 0;
  // The lines of a terminal keep the "\r" of their "\r\n", except in the log.
  bool of_terminal = false;
  // Returns the path of the log. Called when the log is opened; empty = no log.
  std::function<std::string()> log_path;
  // Returns what the log begins with. Called when it was opened; null = neither header nor footer.
  std::function<LogHeader()> log_header;
  // Returns the path of the recording. Called when it is opened; empty = no recording.
  std::function<std::string()> record_path;
  // What the recording says of the terminal.
  TerminalOptions terminal;
  // Secrets are redacted before output is counted, kept, written or delivered.
  std::optional<Redactor> redactor;
  // Whether the output before filter and redaction is kept too.
  bool keep_exact = false;
  AnsiMode ansi = AnsiMode::raw;
  // Whether filtered output keeps progress sequences.
  bool progress = false;
  // Returns the path of a new overflow file, in an existing directory. Called at most once for each
  // stream, only with stream_to_file.
  std::function<Result<std::string>(Stream)> overflow_path;
};

class OutputPipeline {
 public:
  explicit OutputPipeline(OutputOptions options);

  // Opens the log and the recording, before the command starts.
  void open_log();
  // For the recording.
  void resize(const TerminalSize& size) { recording_.resize(size); }

  // Memory for the next chunk, which saves a copy; empty = none. Valid until the next `write`.
  std::span<char> room(Stream stream);

  // Processes a chunk. True if the stream exceeds its limit with it, under `fail_execution`;
  // nothing after the limit is delivered. `watched`: a consumer receives the lines; `emit` gets the
  // batches.
  using Emit = std::function<void(OutputBatch)>;
  bool write(Stream stream, std::string_view chunk, bool watched, const Emit& emit);

  // Redacts more from the next byte on, and in what was kept when it is read. What is held back of
  // an unfinished line is delivered as it is. `all` has the secrets so far and those of `added`.
  void add_secrets(const Redactor& all, const Redactor& added, bool watched, const Emit& emit);

  // Bytes that are not held back in an unfinished line.
  std::uint64_t delivered_bytes(Stream stream) const;
  // Whether an unfinished line can be delivered.
  bool has_partial(Stream stream) const;
  void flush_partial(Stream stream, const Emit& emit);

  // The end of the stream: delivers the last line. Returns the same as `write`.
  bool end(Stream stream, bool watched, const Emit& emit);

  // The lines of the kept output, as a reader from the start has received them. Later lines through
  // `emit` continue them without a gap or an overlap, except for output beyond the limit.
  std::vector<OutputBatch> replay() const;

  std::uint64_t total_bytes() const;
  // Ended lines; the pieces of one line count once.
  std::uint64_t total_lines() const { return lines_; }

  // Closes the files and moves the kept output out, with a warning line if it is truncated.
  std::shared_ptr<const CapturedOutput> finish(ExecutionResult& result);

 private:
  struct StreamState {
    explicit StreamState(const OutputOptions& options)
        : buffer(options.limit), splitter(options.max_line_bytes, options.of_terminal) {}

    // The kept bytes; truncated output ends on a code point.
    std::string_view kept() const;

    std::unique_ptr<OutputCleaner> cleaner;    // null = neither filter nor redactor
    std::unique_ptr<LineCleaner> log_cleaner;  // likewise
    OutputBuffer buffer;
    LineSplitter splitter;
    std::uint64_t split_bytes = 0;  // passed to the splitter
    PrivateFile overflow;
    std::string overflow_file;  // with the whole stream; empty = none
    bool ended = false;
  };

  StreamState& state_of(Stream stream) { return streams_[index_of(stream)]; }
  const StreamState& state_of(Stream stream) const { return streams_[index_of(stream)]; }

  // Filtered and redacted output from here on.
  bool take(Stream stream, std::string_view chunk, bool watched, const Emit& emit);
  std::size_t keep(Stream stream, std::string_view chunk);
  void begin_overflow(Stream stream);
  void spill(StreamState& state, std::string_view chunk);
  void give_up_overflow(StreamState& state, const Error& error);

  void take_lines(Stream stream, std::string_view chunk, bool watched, const Emit& emit);
  void deliver(Stream stream, const Line& line, bool watched, EpochMillis now, const Emit& emit);
  void log(Stream stream, Line line, EpochMillis now);
  void flush_batch(EpochMillis now, const Emit& emit);

  std::vector<OutputBatch> replay(const OutputTimeline& timeline,
                                  const std::string_view (&bytes)[kStreamCount]) const;
  Bytes take_kept(Stream stream);

  OutputOptions options_;
  StreamState streams_[kStreamCount];
  std::optional<ExactCapture> exact_;
  OutputTimeline timeline_;
  EventBatcher batcher_;
  LogFile log_;
  Recording recording_;
  // The secrets that were not known when the first output was kept.
  std::optional<Redactor> later_;
  std::string overflow_error_;
  std::uint64_t lines_ = 0;
};

}  // namespace escher
