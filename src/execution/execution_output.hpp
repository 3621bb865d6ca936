// The output of an execution, from its pipes through the pipeline to the sink: backpressure,
// unfinished lines that go out after a while, and the time since the child last wrote.
// Feeds output_limit_hit, stream_failed, stdout_ended, stderr_ended and idle_timeout_fired.
// Owned by an Execution, used on its strand only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "execution/part_owner.hpp"
#include "execution/strand_timer.hpp"
#include "model/error.hpp"
#include "model/event.hpp"
#include "model/result.hpp"
#include "output/output_pipeline.hpp"
#include "process/output_pipe.hpp"

namespace escher {

class FlowControl;
struct Statistics;

class ExecutionOutput final : private PipeReader {
 public:
  // What the executions of an engine share.
  struct Consumer {
    EventSink& sink;
    FlowControl& flow;
    Statistics& statistics;
    // Whether the consumer takes the lines of every execution.
    const std::atomic<bool>& watch_all;
  };
  struct Options {
    OutputOptions pipeline;
    Millis partial_line_flush{0};
    std::optional<Millis> idle_timeout;
    bool watch = false;
    // Called after each chunk; null = nothing.
    std::function<void()> after_chunk;
  };

  ExecutionOutput(PartOwner& owner, const Consumer& consumer, Options options);

  // ---- Any thread.
  // Whether the consumer takes the lines of this execution.
  void set_watched(bool on) { watch_.store(on, std::memory_order_relaxed); }

  // ---- On the strand only, from here on.
  void attach(OutputPipe out, std::optional<OutputPipe> err);
  void open_log() { pipeline_.open_log(); }
  void resize(const TerminalSize& size) { pipeline_.resize(size); }
  // Begins to read, and to count the idle time.
  void start();
  // The lines are watched from here on: an unfinished one may have waited long enough.
  void arm_partial_flush();

  // As of OutputPipeline.
  void add_secrets(const Redactor& all, const Redactor& added);

  // An unfinished line of stdout goes out at once.
  void flush_partial();

  // Reads what is in the pipes, whether or not the consumer has room. May finish the execution.
  void read_rest();
  // The process has exited: reads a limited number of bytes without waiting for the consumer.
  void begin_drain() { draining_ = true; }
  // The consumer has room again.
  void resume();
  // The identities of the pipes that are open.
  std::vector<std::uint64_t> open_pipes();
  // Ends the timers and cuts the streams that have not ended.
  void close();

  std::vector<OutputBatch> replay() const { return pipeline_.replay(); }
  // Why a stream could not be read.
  const std::optional<Error>& read_error() const { return read_error_; }
  // After `close`: fills in what the result says about the output, and returns what is kept.
  std::shared_ptr<const CapturedOutput> finish(ExecutionResult& result) {
    return pipeline_.finish(result);
  }

 private:
  // ---- PipeReader.
  void on_chunk(Stream stream, std::string_view chunk) override;
  void on_stream_end(Stream stream, int os_error) override;
  std::span<char> room(Stream stream) override;
  bool may_read(Stream stream) override;

  void take(Stream stream, std::string_view chunk);
  OutputPipe* open_pipe(Stream stream);
  bool watched() const;
  void emit(OutputBatch batch);
  void count();
  void note_wait(Stream stream, std::uint64_t delivered_before);
  void flush_due_partials();
  void check_idle();
  void begin_wait_anew(Stream stream);
  // What is left of `patience`, which counts from `since`.
  Millis patience_left(Stream stream, Millis patience, SteadyTime since);

  PartOwner& owner_;
  const Consumer consumer_;
  const std::uint64_t token_;
  const Millis partial_line_flush_;
  const std::optional<Millis> idle_timeout_;
  const std::function<void()> after_chunk_;

  // Any thread.
  std::atomic<bool> watch_;

  // The strand's.
  OutputPipeline pipeline_;
  const OutputPipeline::Emit emit_;
  std::array<std::optional<OutputPipe>, kStreamCount> pipes_;
  std::array<SteadyTime, kStreamCount> last_chunk_at_{};
  // When the first byte of the unfinished line came that is held back.
  std::array<std::optional<SteadyTime>, kStreamCount> waiting_since_{};
  bool draining_ = false;
  std::size_t drained_bytes_ = 0;
  std::uint64_t counted_bytes_ = 0;
  std::uint64_t counted_lines_ = 0;
  std::optional<Error> read_error_;
  StrandTimer idle_timer_;
  StrandTimer partial_timer_;
};

}  // namespace escher
