#include "execution/execution_output.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include "execution/flow_control.hpp"
#include "execution/statistics.hpp"
#include "process/strand_checker.hpp"

namespace escher {
namespace {

// What descendants write during the drain is read without waiting for the consumer, up to this.
constexpr std::size_t kDrainAllowance = 1024 * 1024;

}  // namespace

ExecutionOutput::ExecutionOutput(PartOwner& owner, const Consumer& consumer, Options options)
    : owner_(owner),
      consumer_(consumer),
      token_(options.pipeline.token),
      partial_line_flush_(options.partial_line_flush),
      idle_timeout_(options.idle_timeout),
      after_chunk_(std::move(options.after_chunk)),
      watch_(options.watch),
      pipeline_(std::move(options.pipeline)),
      emit_([this](OutputBatch batch) { emit(std::move(batch)); }) {}

void ExecutionOutput::attach(OutputPipe out, std::optional<OutputPipe> err) {
  pipes_[index_of(Stream::out)].emplace(std::move(out));
  pipes_[index_of(Stream::err)] = std::move(err);
}

OutputPipe* ExecutionOutput::open_pipe(Stream stream) {
  auto& pipe = pipes_[index_of(stream)];
  return pipe && pipe->is_open() ? &*pipe : nullptr;
}

void ExecutionOutput::start() {
  assert_on_strand(owner_.strand());
  // The account outlives the execution, so it must not keep it alive.
  consumer_.flow.open(token_, [this, weak = std::weak_ptr<void>(owner_.keep_alive())] {
    auto alive = weak.lock();
    if (!alive) return;
    boost::asio::post(owner_.strand(), [this, alive = std::move(alive)] { resume(); });
  });
  if (idle_timeout_) {
    last_chunk_at_.fill(SteadyClock::now());
    idle_timer_.arm(owner_.strand(), *idle_timeout_, keep_alive(owner_, this),
                    &ExecutionOutput::check_idle);
  }
  for (const Stream stream : kStreams) {
    if (auto* pipe = open_pipe(stream)) pipe->start(owner_.keep_alive(), *this);
  }
}

// ---- From the pipes.

void ExecutionOutput::on_chunk(Stream stream, std::string_view chunk) {
  assert_on_strand(owner_.strand());
  if (draining_) drained_bytes_ += chunk.size();
  last_chunk_at_[index_of(stream)] = SteadyClock::now();
  try {
    take(stream, chunk);
    if (after_chunk_) after_chunk_();
  } catch (const std::bad_alloc&) {
    read_error_ = errors::io(ENOMEM, "malloc", std::string(to_string(stream)));
    owner_.feed(Input::stream_failed);
  }
}

void ExecutionOutput::take(Stream stream, std::string_view chunk) {
  const std::uint64_t delivered = pipeline_.delivered_bytes(stream);
  const bool over_limit = pipeline_.write(stream, chunk, watched(), emit_);
  note_wait(stream, delivered);
  count();
  if (over_limit) owner_.feed(Input::output_limit_hit);
  arm_partial_flush();
}

void ExecutionOutput::on_stream_end(Stream stream, int os_error) {
  assert_on_strand(owner_.strand());
  const bool over_limit = pipeline_.end(stream, watched(), emit_);
  count();
  if (over_limit) owner_.feed(Input::output_limit_hit);
  if (os_error != 0) {
    read_error_ = errors::io(os_error, "read", std::string(to_string(stream)));
    owner_.feed(Input::stream_failed);
  }
  owner_.feed(stream == Stream::out ? Input::stdout_ended : Input::stderr_ended);
}

// Without memory the chunk is read into that of the thread.
std::span<char> ExecutionOutput::room(Stream stream) {
  try {
    return pipeline_.room(stream);
  } catch (const std::bad_alloc&) {
    return {};
  }
}

bool ExecutionOutput::may_read(Stream) {
  if (!watched() || consumer_.flow.may_read(token_)) return true;
  return draining_ && drained_bytes_ < kDrainAllowance;
}

void ExecutionOutput::resume() {
  assert_on_strand(owner_.strand());
  for (const Stream stream : kStreams) {
    auto* pipe = open_pipe(stream);
    if (pipe == nullptr) continue;
    if (pipe->is_paused()) begin_wait_anew(stream);
    pipe->resume();
  }
}

void ExecutionOutput::read_rest() {
  assert_on_strand(owner_.strand());
  // The end of the last stream may finish the execution, which closes all pipes.
  for (const Stream stream : kStreams) {
    if (auto* pipe = open_pipe(stream)) pipe->read_rest();
  }
}

std::vector<std::uint64_t> ExecutionOutput::open_pipes() {
  std::vector<std::uint64_t> identities;
  for (const Stream stream : kStreams) {
    if (const auto* pipe = open_pipe(stream)) identities.push_back(pipe->identity());
  }
  return identities;
}

void ExecutionOutput::close() {
  assert_on_strand(owner_.strand());
  idle_timer_.cancel();
  partial_timer_.cancel();
  for (const Stream stream : kStreams) {
    OutputPipe* pipe = open_pipe(stream);
    if (pipe == nullptr) continue;
    pipe->close();
    // The last line of a stream that is cut goes out too.
    pipeline_.end(stream, watched(), emit_);
    count();
  }
}

// ---- To the consumer.

bool ExecutionOutput::watched() const {
  return watch_.load(std::memory_order_relaxed) ||
         consumer_.watch_all.load(std::memory_order_relaxed);
}

void ExecutionOutput::emit(OutputBatch batch) {
  consumer_.flow.add(token_, batch.weight());
  consumer_.sink.output(std::move(batch));
}

void ExecutionOutput::count() {
  const std::uint64_t bytes = pipeline_.total_bytes();
  const std::uint64_t lines = pipeline_.total_lines();
  consumer_.statistics.bytes.fetch_add(bytes - std::exchange(counted_bytes_, bytes),
                                       std::memory_order_relaxed);
  consumer_.statistics.lines.fetch_add(lines - std::exchange(counted_lines_, lines),
                                       std::memory_order_relaxed);
}

// Held-back bytes that were delivered in the meantime wait no more; those after them have just
// come.
void ExecutionOutput::note_wait(Stream stream, std::uint64_t delivered_before) {
  auto& since = waiting_since_[index_of(stream)];
  if (!pipeline_.has_partial(stream)) {
    since.reset();
  } else if (!since || pipeline_.delivered_bytes(stream) != delivered_before) {
    since = last_chunk_at_[index_of(stream)];
  }
}

// An unfinished line goes out after a while, whether or not more of it follows: a progress bar
// never falls silent. One timer serves both streams; it is armed while there is such a line.
void ExecutionOutput::arm_partial_flush() {
  assert_on_strand(owner_.strand());
  if (partial_timer_.armed() || !watched()) return;
  if (!pipeline_.has_partial(Stream::out) && !pipeline_.has_partial(Stream::err)) return;
  partial_timer_.arm(owner_.strand(), partial_line_flush_, keep_alive(owner_, this),
                     &ExecutionOutput::flush_due_partials);
}

void ExecutionOutput::flush_partial() {
  if (!watched()) return;
  pipeline_.flush_partial(Stream::out, emit_);
  waiting_since_[index_of(Stream::out)].reset();
}

void ExecutionOutput::add_secrets(const Redactor& all, const Redactor& added) {
  assert_on_strand(owner_.strand());
  pipeline_.add_secrets(all, added, watched(), emit_);
  waiting_since_.fill(std::nullopt);
  count();
}

void ExecutionOutput::flush_due_partials() {
  Millis next = kForever;
  for (const Stream stream : kStreams) {
    const auto since = waiting_since_[index_of(stream)];
    if (!since) continue;
    const Millis left = patience_left(stream, partial_line_flush_, *since);
    if (left > Millis(0)) {
      next = std::min(next, left);
    } else if (watched()) {
      pipeline_.flush_partial(stream, emit_);
      waiting_since_[index_of(stream)].reset();
    }
  }
  partial_timer_.arm(owner_.strand(), next, keep_alive(owner_, this),
                     &ExecutionOutput::flush_due_partials);
}

// The pipe may be empty. What was waited for until now was the reader.
void ExecutionOutput::begin_wait_anew(Stream stream) {
  const SteadyTime now = SteadyClock::now();
  last_chunk_at_[index_of(stream)] = now;
  auto& since = waiting_since_[index_of(stream)];
  if (since) since = now;
}

// While a pipe is not read, the wait is the reader's, not the child's.
Millis ExecutionOutput::patience_left(Stream stream, Millis patience, SteadyTime since) {
  const auto* pipe = open_pipe(stream);
  if (pipe != nullptr && pipe->is_paused()) return patience;
  return patience - to_millis(SteadyClock::now() - since);
}

// The timer is not moved by every chunk: when it fires, it looks how long ago the last one came.
void ExecutionOutput::check_idle() {
  const auto left_of = [this](Stream stream) {
    return patience_left(stream, *idle_timeout_, last_chunk_at_[index_of(stream)]);
  };
  const Millis left = std::max(left_of(Stream::out), left_of(Stream::err));
  if (left <= Millis(0)) return owner_.feed(Input::idle_timeout_fired);
  idle_timer_.arm(owner_.strand(), left, keep_alive(owner_, this), &ExecutionOutput::check_idle);
}

}  // namespace escher
