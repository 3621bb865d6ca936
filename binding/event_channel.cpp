#include "event_channel.hpp"

#include <utility>

#include "convert.hpp"

namespace escher::binding {
namespace {

// The most that one turn of the event loop delivers, so that timers and I/O get their turns.
constexpr std::size_t kBytesPerTurn = 512 * 1024;
constexpr std::size_t kRecordsPerTurn = 2048;

// Batches in the queue are merged up to this size while JavaScript is busy. Lines that are cut out
// of a longer string cost V8 about twice as much, since such a string exceeds its caches and its
// young generation.
constexpr std::size_t kMergedBytes = 64 * 1024;

// The number of values that one call passes on the stack.
constexpr std::size_t kValuesPerCall = 1000;

// The longest delay of a record that is not urgent. A command that ends sooner is reported in one
// turn.
constexpr Millis kPatience{5};

}  // namespace

std::shared_ptr<EventChannel> EventChannel::open(Napi::Env env, Napi::Function deliver) {
  auto channel = std::make_shared<EventChannel>();
  auto* context = new std::shared_ptr<EventChannel>(channel);
  const auto name = Napi::String::New(env, "escher-execution-engine");
  const napi_status status = napi_create_threadsafe_function(
      env, deliver, nullptr, name, 0, 1, context, &EventChannel::finalize, context,
      &EventChannel::call_js, &channel->function_);
  if (status != napi_ok) {
    delete context;
    throw Napi::Error::New(env);
  }
  napi_unref_threadsafe_function(env, channel->function_);
  channel->line_ends_ = std::make_unique<LineEnds>(env);
  return channel;
}

void EventChannel::finalize(napi_env, void*, void* context) {
  delete static_cast<std::shared_ptr<EventChannel>*>(context);
}

void EventChannel::close() {
  napi_threadsafe_function function = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    function = std::exchange(function_, nullptr);
    queue_.clear();
    untold_outputs_.clear();
  }
  line_ends_.reset();
  napi_release_threadsafe_function(function, napi_tsfn_abort);
}

void EventChannel::set_referenced(Napi::Env env, bool referenced) {
  if (function_ == nullptr) return;
  if (referenced) {
    napi_ref_threadsafe_function(env, function_);
  } else {
    napi_unref_threadsafe_function(env, function_);
  }
}

// ---- Any thread.

void EventChannel::started(StartedEvent event) { push(std::move(event), Urgency::soon); }
void EventChannel::echo(EchoEvent event) { push(event, Urgency::now); }
void EventChannel::finished(FinishedEvent event) { push(std::move(event), Urgency::now); }
void EventChannel::removed(RemovedEvent event) { push(std::move(event), Urgency::soon); }
void EventChannel::reply(Reply reply) {
  const Urgency urgency = reply.urgency;
  push(std::move(reply), urgency);
}

void EventChannel::output(OutputBatch batch) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (!merge(batch)) queue_.emplace_back(std::move(batch));
  wake();
}

void EventChannel::push(Record record, Urgency urgency) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (const auto* end = std::get_if<FinishedEvent>(&record)) {
      untold_outputs_[end->token] = end->output;
    }
    queue_.push_back(std::move(record));
    if (urgency == Urgency::now) return wake();
    if (woken_ || std::exchange(wakes_soon_, true)) return;
  }
  upstream_.defer(kPatience, [self = shared_from_this()] { self->wake_for_waiting(); });
}

// Appends a batch that continues the last one of the queue to it. False: it does not continue it.
bool EventChannel::merge(OutputBatch& batch) {
  if (queue_.empty()) return false;
  auto* last = std::get_if<OutputBatch>(&queue_.back());
  if (last == nullptr || last->token != batch.token || last->stream != batch.stream ||
      last->partial || last->first_seq + last->count != batch.first_seq ||
      last->text.size() + batch.text.size() > kMergedBytes) {
    return false;
  }
  // With the '\n' in between, the weights add up.
  last->text.push_back('\n');
  if (last->ascii && batch.ascii) {
    const auto shift = static_cast<std::uint32_t>(last->text.size());
    for (const std::uint32_t end : batch.ends) last->ends.push_back(shift + end);
  } else {
    last->ends.clear();
  }
  last->text.append(batch.text);
  last->count += batch.count;
  last->partial = batch.partial;
  last->ascii = last->ascii && batch.ascii;
  return true;
}

void EventChannel::wake() {
  if (std::exchange(woken_, true)) return;
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void EventChannel::wake_for_waiting() {
  const std::lock_guard lock(mutex_);
  wakes_soon_ = false;
  if (!closed_ && !queue_.empty()) wake();
}

void EventChannel::wake_if_open() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  woken_ = false;
  wake();
}

// ---- The JavaScript thread.

EventChannel::Turn EventChannel::take_turn() {
  Turn turn;
  std::size_t bytes = 0;
  bool somebody_waits = false;
  const std::lock_guard lock(mutex_);
  while (!queue_.empty() && bytes < kBytesPerTurn && turn.records.size() < kRecordsPerTurn) {
    if (const auto* reply = std::get_if<Reply>(&queue_.front())) {
      somebody_waits = somebody_waits || reply->heard_first;
    } else if (somebody_waits) {
      turn.cut = true;
      break;
    } else if (const auto* batch = std::get_if<OutputBatch>(&queue_.front())) {
      bytes += batch->text.size();
    }
    turn.records.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return turn;
}

// A ThreadSafeFunction that is called while it runs is run again at once, up to a thousand times,
// before the event loop continues. So an engine thread makes the next call, which then comes in the
// next turn of the loop. A turn that was cut calls it at once on purpose: the next turn follows as
// soon as the reactions of the promises have run.
void EventChannel::end_turn(const Turn& turn) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& record : turn.records) {
      if (const auto* end = std::get_if<FinishedEvent>(&record)) {
        untold_outputs_.erase(end->token);
      }
    }
    if (closed_) return;
    woken_ = !queue_.empty();
    if (!woken_) return;
    if (turn.cut) {
      napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
      return;
    }
  }
  upstream_.defer(Millis(0), [self = shared_from_this()] { self->wake_if_open(); });
}

std::shared_ptr<const CapturedOutput> EventChannel::untold_output(std::uint64_t token) const {
  const std::lock_guard lock(mutex_);
  const auto found = untold_outputs_.find(token);
  return found == untold_outputs_.end() ? nullptr : found->second;
}

void EventChannel::deliver_turn(Napi::Env env, const Napi::Function& deliver, const Turn& turn) {
  FlatWriter writer(env);
  line_ends_->begin_turn();
  const Napi::Value ends = line_ends_->array();
  for (const auto& record : turn.records) {
    if (writer.size() >= kValuesPerCall) {
      writer.call(deliver, ends);
      writer.clear();
      // JavaScript may have closed the channel.
      if (!line_ends_) return;
    }
    if (const auto* batch = std::get_if<OutputBatch>(&record)) {
      append_record(writer, *batch, line_ends_->add(batch->ends));
    } else if (const auto* end = std::get_if<FinishedEvent>(&record)) {
      append_record(writer, *end);
    } else if (const auto* start = std::get_if<StartedEvent>(&record)) {
      append_record(writer, *start);
    } else if (const auto* echo = std::get_if<EchoEvent>(&record)) {
      append_record(writer, *echo);
    } else if (const auto* removed = std::get_if<RemovedEvent>(&record)) {
      append_record(writer, *removed);
    } else {
      append_record(writer, std::get<Reply>(record));
    }
  }
  writer.call(deliver, ends);
}

// Releases the output of a turn, even if it could not be delivered: no other code would.
void EventChannel::release_turn(const Turn& turn) {
  // If JavaScript has closed the channel, the engine is closed too.
  if (!line_ends_) return;
  for (const auto& record : turn.records) {
    if (const auto* batch = std::get_if<OutputBatch>(&record)) {
      upstream_.release(batch->token, batch->weight());
    }
  }
}

void EventChannel::call_js(napi_env env, napi_value deliver, void* context, void*) {
  if (env == nullptr) return;
  const auto channel = *static_cast<std::shared_ptr<EventChannel>*>(context);
  const Turn turn = channel->take_turn();
  try {
    const Napi::HandleScope scope(env);
    channel->deliver_turn(env, Napi::Function(env, deliver), turn);
  } catch (const Napi::Error&) {
    // JavaScript cannot run any more (a Worker that is terminated). `deliver` itself does not
    // throw.
  }
  channel->release_turn(turn);
  channel->end_turn(turn);
}

}  // namespace escher::binding
