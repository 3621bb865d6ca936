#include "output/output_pipeline.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "output/redaction/kept_redaction.hpp"
#include "output/replay.hpp"
#include "output/utf8.hpp"
#include "policy/output_limit.hpp"

namespace escher {

std::string_view OutputPipeline::StreamState::kept() const {
  const std::string_view kept = buffer.kept();
  return buffer.over_limit() ? kept.substr(0, cut_on_code_point(kept)) : kept;
}

OutputPipeline::OutputPipeline(OutputOptions options)
    : options_(std::move(options)),
      streams_{StreamState(options_), StreamState(options_)},
      batcher_(options_.token) {
  if (options_.keep_exact) exact_.emplace(options_.limit);
  std::optional<DisplayMode> display;
  if (options_.ansi == AnsiMode::sgr) {
    display = options_.progress ? DisplayMode::sgr_and_progress : DisplayMode::sgr;
  }
  if (options_.ansi == AnsiMode::strip) display = DisplayMode::strip;
  for (StreamState& state : streams_) {
    state.cleaner = OutputCleaner::make(display, options_.redactor);
    if (options_.ansi != AnsiMode::by_sink || !options_.log_path) continue;
    state.log_cleaner = std::make_unique<LineCleaner>(DisplayMode::sgr, options_.redactor);
  }
}

void OutputPipeline::open_log() {
  if (options_.log_path) log_.open(options_.log_path());
  if (options_.log_header) log_.write_header(options_.log_header());
  if (options_.record_path) {
    recording_.open(options_.record_path(), options_.terminal, options_.of_terminal);
  }
}

void OutputPipeline::add_secrets(const Redactor& all, const Redactor& added, bool watched,
                                 const Emit& emit) {
  const EpochMillis now = wall_now();
  for (const Stream stream : kStreams) {
    StreamState& state = state_of(stream);
    state.splitter.flush_partial(
        [&](const Line& line) { deliver(stream, line, watched, now, emit); });
    if (state.log_cleaner) state.log_cleaner->add_secrets(all, added);
    if (state.cleaner) {
      state.cleaner->add_secrets(all, added);
    } else {
      state.cleaner = OutputCleaner::make(std::nullopt, all);
    }
  }
  flush_batch(now, emit);
  log_.flush();
  later_ = all;
}

std::span<char> OutputPipeline::room(Stream stream) {
  // Unredacted bytes must not be written after the kept ones.
  return state_of(stream).cleaner ? std::span<char>() : state_of(stream).buffer.room();
}

bool OutputPipeline::write(Stream stream, std::string_view chunk, bool watched, const Emit& emit) {
  if (exact_) exact_->add(stream, chunk);
  const auto& cleaner = state_of(stream).cleaner;
  return take(stream, cleaner ? cleaner->clean(chunk) : chunk, watched, emit);
}

bool OutputPipeline::take(Stream stream, std::string_view chunk, bool watched, const Emit& emit) {
  recording_.add(stream, chunk);
  const StreamState& state = state_of(stream);
  const bool was_over = state.buffer.over_limit();
  const std::size_t kept = keep(stream, chunk);
  const bool failing =
      options_.strategy == OversizedOutputStrategy::fail_execution && state.buffer.over_limit();
  take_lines(stream, failing ? chunk.substr(0, kept) : chunk, watched, emit);
  return failing && !was_over;
}

// Counts, keeps and spills a chunk; returns the number of its bytes that are kept.
std::size_t OutputPipeline::keep(Stream stream, std::string_view chunk) {
  StreamState& state = state_of(stream);
  const bool was_over = state.buffer.over_limit();
  const std::size_t kept = state.buffer.append(chunk);
  timeline_.add(stream, kept);
  if (options_.strategy == OversizedOutputStrategy::stream_to_file && state.buffer.over_limit()) {
    if (!was_over) begin_overflow(stream);
    spill(state, chunk.substr(kept));
  }
  return kept;
}

void OutputPipeline::begin_overflow(Stream stream) {
  StreamState& state = state_of(stream);
  auto path = options_.overflow_path ? options_.overflow_path(stream)
                                     : Result<std::string>(errors::io(ENOENT, "open", ""));
  if (path.has_error()) return give_up_overflow(state, path.error());
  auto file = PrivateFile::create(*path);
  if (file.has_error()) return give_up_overflow(state, file.error());
  state.overflow = std::move(*file);
  state.overflow_file = std::move(*path);
  spill(state, state.buffer.kept());
}

void OutputPipeline::spill(StreamState& state, std::string_view chunk) {
  if (!state.overflow.is_open()) return;
  if (auto written = state.overflow.write(chunk); written.has_error()) {
    give_up_overflow(state, written.error());
  }
}

// The output is truncated instead. An incomplete file is removed, because it would mislead.
void OutputPipeline::give_up_overflow(StreamState& state, const Error& error) {
  if (overflow_error_.empty()) overflow_error_ = error.message;
  state.overflow.close();
  if (state.overflow_file.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(state.overflow_file, ignored);
  state.overflow_file.clear();
}

void OutputPipeline::take_lines(Stream stream, std::string_view chunk, bool watched,
                                const Emit& emit) {
  if (chunk.empty()) return;
  StreamState& state = state_of(stream);
  state.split_bytes += chunk.size();
  if (!watched && !log_.is_open()) {
    const auto skipped = state.splitter.skip(chunk);
    lines_ += skipped.lines;
    batcher_.skip(skipped.lines + skipped.pieces);
    return;
  }
  const EpochMillis now = wall_now();
  // Plus one byte, because a batch ends the last line with a line break.
  if (watched) batcher_.expect(state.splitter.pending() + chunk.size() + 1);
  const auto by_line = [&](const Line& line) { deliver(stream, line, watched, now, emit); };
  if (log_.is_open()) {
    state.splitter.split(chunk, by_line);
  } else {
    const auto by_block = [&](std::string_view block) {
      if (batcher_.must_take_before(stream)) flush_batch(now, emit);
      lines_ += batcher_.add_block(stream, block);
    };
    state.splitter.split_blocks(chunk, by_block, by_line);
  }
  flush_batch(now, emit);
  log_.flush();
}

inline void OutputPipeline::deliver(Stream stream, const Line& line, bool watched, EpochMillis now,
                                    const Emit& emit) {
  if (!line.partial) ++lines_;
  if (log_.is_open()) log(stream, line, now);
  if (!watched) {
    batcher_.skip(1);
    return;
  }
  if (batcher_.must_take_before(stream)) flush_batch(now, emit);
  batcher_.add(stream, line);
}

void OutputPipeline::log(Stream stream, Line line, EpochMillis now) {
  if (options_.of_terminal && !line.partial && line.text.ends_with('\r')) {
    line.text.remove_suffix(1);
  }
  const auto& cleaner = state_of(stream).log_cleaner;
  if (!cleaner) return log_.add(stream, line, now);
  log_.add(stream, Line{cleaner->clean(line.text, !line.partial), line.partial}, now);
}

void OutputPipeline::flush_batch(EpochMillis now, const Emit& emit) {
  if (auto batch = batcher_.take(now)) emit(std::move(*batch));
}

std::uint64_t OutputPipeline::delivered_bytes(Stream stream) const {
  const StreamState& state = state_of(stream);
  return state.split_bytes - state.splitter.pending();
}

bool OutputPipeline::has_partial(Stream stream) const {
  return state_of(stream).splitter.has_partial();
}

void OutputPipeline::flush_partial(Stream stream, const Emit& emit) {
  const EpochMillis now = wall_now();
  state_of(stream).splitter.flush_partial(
      [&](const Line& line) { deliver(stream, line, true, now, emit); });
  flush_batch(now, emit);
  log_.flush();
}

bool OutputPipeline::end(Stream stream, bool watched, const Emit& emit) {
  StreamState& state = state_of(stream);
  const bool over_limit = state.cleaner && take(stream, state.cleaner->finish(), watched, emit);
  state.ended = true;
  const EpochMillis now = wall_now();
  state.splitter.finish([&](const Line& line) { deliver(stream, line, watched, now, emit); });
  flush_batch(now, emit);
  log_.flush();
  return over_limit;
}

std::vector<OutputBatch> OutputPipeline::replay() const {
  std::string_view bytes[kStreamCount];
  for (const Stream stream : kStreams) {
    // Held-back text is delivered live later, so it is not replayed.
    const std::string_view kept = state_of(stream).kept();
    const std::uint64_t delivered = std::min<std::uint64_t>(delivered_bytes(stream), kept.size());
    bytes[index_of(stream)] = kept.substr(0, static_cast<std::size_t>(delivered));
  }
  if (!later_) return replay(timeline_, bytes);
  const KeptOutput redacted = redact_kept(bytes, timeline_, *later_);
  return replay(redacted.timeline, {redacted.bytes[0], redacted.bytes[1]});
}

std::vector<OutputBatch> OutputPipeline::replay(
    const OutputTimeline& timeline, const std::string_view (&bytes)[kStreamCount]) const {
  ReplaySource sources[kStreamCount];
  for (const Stream stream : kStreams) {
    const StreamState& state = state_of(stream);
    // Beyond the limit, the next live line is not the continuation of the last kept one.
    const bool is_contiguous = delivered_bytes(stream) <= state.kept().size();
    sources[index_of(stream)] = {bytes[index_of(stream)], is_contiguous && !state.ended};
  }
  return replay_output(timeline, sources,
                       {options_.token, options_.max_line_bytes, options_.of_terminal, wall_now()});
}

std::uint64_t OutputPipeline::total_bytes() const {
  return streams_[0].buffer.total() + streams_[1].buffer.total();
}

std::shared_ptr<const CapturedOutput> OutputPipeline::finish(ExecutionResult& result) {
  auto output = std::make_shared<CapturedOutput>();
  output->of_terminal = options_.of_terminal;
  for (const Stream stream : kStreams) {
    // A stream that was closed early has a last line too.
    end(stream, false, {});
    StreamState& state = state_of(stream);
    if (const auto removal = state.overflow.removal()) {
      overflow_error_ = removal->message;
      state.overflow_file.clear();
    }
    state.overflow.close();
    StreamSummary& summary = result.streams[index_of(stream)];
    summary.total_bytes = state.buffer.total();
    summary.truncated = state.buffer.over_limit();
    summary.overflow_file = state.overflow_file;
    Bytes& kept = output->bytes[index_of(stream)];
    kept = take_kept(stream);
    output->ascii[index_of(stream)] = is_ascii(kept.view());
  }
  output->timeline = std::move(timeline_);
  output->timeline.shrink();
  if (exact_) output->exact = exact_->finish(result);
  if (options_.log_header) log_.add_footer(result);
  log_.close();
  recording_.close();
  result.overflow_error = overflow_error_;
  result.log_error = log_.error();
  result.log_file = log_.path();
  result.record_error = recording_.error();
  result.record_file = recording_.path();
  if (later_) {
    if (auto redacted = redact_captured(*output, *later_)) return redacted;
  }
  return output;
}

Bytes OutputPipeline::take_kept(Stream stream) {
  StreamState& state = state_of(stream);
  const std::size_t length = state.kept().size();
  const bool warn = state.buffer.over_limit() && state.overflow_file.empty() &&
                    options_.strategy != OversizedOutputStrategy::fail_execution;
  Bytes kept = state.buffer.take();
  kept.truncate(length);
  if (warn) kept.append(truncation_warning(kept.view(), stream, options_.limit));
  return kept;
}

}  // namespace escher
