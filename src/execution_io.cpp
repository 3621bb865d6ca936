// The streams of an execution: from its pipes into the pipeline, from there to the sink, and into
// its stdin. On its strand.
#include <algorithm>

#include "execution.hpp"
#include "flow_control.hpp"
#include "statistics.hpp"

namespace escher {

// Empty = there is none.
std::string Execution::log_path() const {
  if (request_.output_log_path) return *request_.output_log_path;
  const auto& directory = host_.config().log_dir;
  return directory ? *directory + "/" + format_id(id_) + ".log" : std::string();
}

OutputOptions Execution::output_options() {
  const Config& config = host_.config();
  OutputOptions options;
  options.token = token();
  options.limit = request_.max_output_size_bytes.value_or(config.max_output_size_bytes);
  options.strategy = request_.oversized_output_strategy.value_or(config.oversized_output_strategy);
  options.max_line_bytes = config.max_line_bytes;
  options.redactor = redactor_;
  options.ansi = config.ansi;
  options.progress = request_.progress;
  options.log_path = log_path();
  options.overflow_path = [this](Stream stream) { return host_.overflow_path(id_, stream); };
  return options;
}

OutputPipe* Execution::pipe(Stream stream) {
  auto& pipe = pipes_[index_of(stream)];
  return pipe && pipe->is_open() ? &*pipe : nullptr;
}

void Execution::start_streams() {
  host_.flow().open(token(), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->run_on_strand([](Execution& execution) { execution.resume_streams(); });
    }
  });
  reserved_.reset();
  pipeline_.open_log();
  arm_timeouts();
  write_input();
  run_deferred();
  for (const Stream stream : kStreams) {
    if (auto* open = pipe(stream)) open->start(shared_from_this(), *this);
  }
  process_->async_wait_exit([self = shared_from_this()] { self->feed(Input::exited); });
}

// ---- Output.

// What descendants write while the drain waits for them is read ahead of the consumer up to here.
constexpr std::size_t kDrainAllowance = 1024 * 1024;

void Execution::on_chunk(Stream stream, std::string_view chunk) {
  if (lifecycle_.phase() == Phase::draining) drained_bytes_ += chunk.size();
  last_chunk_at_[index_of(stream)] = SteadyClock::now();
  const bool over_limit = pipeline_.write(stream, chunk, watched(), emit_);
  count_output();
  if (over_limit) feed(Input::output_limit_hit);
  arm_partial_flush();
}

void Execution::on_stream_end(Stream stream, int os_error) {
  const bool over_limit = pipeline_.end(stream, watched(), emit_);
  count_output();
  if (over_limit) feed(Input::output_limit_hit);
  if (os_error != 0) {
    failure_ = errors::io(os_error, "read", std::string(to_string(stream)));
    feed(Input::stream_failed);
  }
  feed(stream == Stream::out ? Input::stdout_ended : Input::stderr_ended);
}

bool Execution::may_read(Stream) {
  if (!watched() || host_.flow().may_read(token())) return true;
  return lifecycle_.phase() == Phase::draining && drained_bytes_ < kDrainAllowance;
}

void Execution::resume_streams() {
  for (const Stream stream : kStreams) {
    if (auto* open = pipe(stream)) open->resume();
  }
}

void Execution::close_streams() {
  for (const Stream stream : kStreams) {
    OutputPipe* open = pipe(stream);
    if (open == nullptr) continue;
    open->close();
    // A stream that is cut ends here: its last line goes out.
    pipeline_.end(stream, watched(), emit_);
    count_output();
  }
}

void Execution::count_output() {
  auto& statistics = host_.statistics();
  const std::uint64_t bytes = pipeline_.total_bytes();
  const std::uint64_t lines = pipeline_.total_lines();
  statistics.bytes.fetch_add(bytes - std::exchange(counted_bytes_, bytes),
                             std::memory_order_relaxed);
  statistics.lines.fetch_add(lines - std::exchange(counted_lines_, lines),
                             std::memory_order_relaxed);
}

bool Execution::watched() const {
  return watch_.load(std::memory_order_relaxed) || host_.watches_all();
}

void Execution::emit(OutputBatch batch) {
  host_.flow().add(token(), batch.weight());
  host_.sink().output(std::move(batch));
}

void Execution::watch(bool on) {
  watch_.store(on, std::memory_order_relaxed);
  // Off needs no more: a pipe that waits goes on as what was handed over is given back.
  if (on) look_again();
}

void Execution::look_again() {
  run_on_strand([](Execution& self) {
    // What waits for the rest of its line may have waited long enough.
    self.arm_partial_flush();
  });
}

// An unfinished line goes out once nothing has followed it for a while. One timer for both streams,
// armed while there is something to wait for: not for every chunk.
void Execution::arm_partial_flush() {
  if (partial_timer_.armed() || !watched()) return;
  if (!pipeline_.has_partial(Stream::out) && !pipeline_.has_partial(Stream::err)) return;
  partial_timer_.arm(strand_, host_.config().partial_line_flush, shared_from_this(),
                     &Execution::flush_idle_partials);
}

void Execution::flush_idle_partials() {
  const Millis patience = host_.config().partial_line_flush;
  Millis next = kForever;
  for (const Stream stream : kStreams) {
    if (!pipeline_.has_partial(stream)) continue;
    const Millis left = patience_left(stream, patience);
    if (left > Millis(0)) {
      next = std::min(next, left);
    } else if (watched()) {
      pipeline_.flush_partial(stream, emit_);
    }
  }
  partial_timer_.arm(strand_, next, shared_from_this(), &Execution::flush_idle_partials);
}

// While a pipe is not read, the silence is the reader's, not the child's.
Millis Execution::patience_left(Stream stream, Millis patience) {
  const auto* open = pipe(stream);
  if (open != nullptr && open->is_paused()) return patience;
  return patience - to_millis(SteadyClock::now() - last_chunk_at_[index_of(stream)]);
}

// ---- Timeouts.

void Execution::arm_timeouts() {
  timeout_timer_.arm(strand_, timeout(),
                     [self = shared_from_this()] { self->feed(Input::timeout_fired); });
  if (!request_.idle_timeout) return;
  last_chunk_at_.fill(SteadyClock::now());
  idle_timer_.arm(strand_, *request_.idle_timeout, shared_from_this(), &Execution::check_idle);
}

// The timer is not moved by every chunk: it looks, when it fires, how long ago the last one came.
void Execution::check_idle() {
  const Millis patience = *request_.idle_timeout;
  const Millis left =
      std::max(patience_left(Stream::out, patience), patience_left(Stream::err, patience));
  if (left <= Millis(0)) return feed(Input::idle_timeout_fired);
  idle_timer_.arm(strand_, left, shared_from_this(), &Execution::check_idle);
}

// ---- Input.

void Execution::write_input() {
  if (request_.stdin_mode != StdinMode::input || !stdin_) return;
  stdin_->write(std::exchange(request_.input, {}), nullptr);
  stdin_->close_when_written(nullptr);
}

// What was asked before the start is done in its order; at an end without a process, answered.
void Execution::run_deferred() {
  for (auto& operation : std::exchange(before_start_, {})) operation();
}

std::optional<Error> Execution::stdin_refusal() const {
  if (request_.stdin_mode != StdinMode::pipe) {
    return errors::stdin_not_open("the request did not ask for stdin: 'pipe'");
  }
  if (stdin_closed_by_caller_) return errors::stdin_not_open("it was closed by closeInput");
  return std::nullopt;
}

void Execution::send_input(std::string bytes, Handler<void> handler) {
  run_on_strand([bytes = std::move(bytes), handler = std::move(handler)](Execution& self) mutable {
    if (auto refusal = self.stdin_refusal()) return handler(std::move(*refusal));
    auto write = [&self, bytes = std::move(bytes), handler = std::move(handler)]() mutable {
      // A child that ended, or reads no more, is no error.
      if (!self.stdin_) return handler({});
      self.stdin_->write(std::move(bytes), [handler = std::move(handler)] { handler({}); });
    };
    if (!self.may_still_start()) return write();
    self.before_start_.emplace_back(std::move(write));
  });
}

void Execution::close_input(Handler<void> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) mutable {
    if (auto refusal = self.stdin_refusal()) return handler(std::move(*refusal));
    self.stdin_closed_by_caller_ = true;
    auto close = [&self, handler = std::move(handler)]() mutable {
      if (!self.stdin_) return handler({});
      self.stdin_->close_when_written([handler = std::move(handler)] { handler({}); });
    };
    if (!self.may_still_start()) return close();
    self.before_start_.emplace_back(std::move(close));
  });
}

}  // namespace escher
