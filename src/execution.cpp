#include "execution.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "journal.hpp"
#include "policy/marker.hpp"
#include "policy/validation.hpp"
#include "process/process_table.hpp"
#include "statistics.hpp"

namespace escher {
namespace {

// The request removes it: its descendants are to live on after the host.
bool gives_up_marker(const ExecutionRequest& request) {
  return std::any_of(request.env.begin(), request.env.end(), [](const EnvironmentChange& change) {
    return change.name == kMarkerName && !change.value;
  });
}

}  // namespace

Execution::Execution(ExecutionHost& host, Strand strand, const ExecutionId& id,
                     std::uint64_t serial, ExecutionRequest request)
    : host_(host),
      strand_(std::move(strand)),
      id_(id),
      serial_(serial),
      request_(std::move(request)),
      redactor_(host.redactor_for(request_)),
      command_text_(redacted(describe(request_.command))),
      requested_at_(SteadyClock::now()),
      started_at_(wall_now()),
      started_steady_(requested_at_.time_since_epoch().count()),
      watch_(request_.watch),
      lifecycle_(request_.merge_stderr),
      pipeline_(output_options()),
      emit_([this](OutputBatch batch) { emit(std::move(batch)); }),
      grace_(request_.force_kill_after.value_or(host.config().force_kill_after)) {
  request_.metadata = redacted(std::move(request_.metadata));
  // They are in the redactor.
  request_.redact.clear();
}

std::string Execution::redacted(std::string text) const {
  return redactor_ ? redactor_->redact(text) : std::move(text);
}

Error Execution::redacted(Error error) const {
  error.message = redacted(std::move(error.message));
  error.path = redacted(std::move(error.path));
  return error;
}

LaunchOptions Execution::launch_options() const {
  LaunchOptions options;
  options.working_dir = request_.working_dir;
  options.open_stdin = request_.stdin_mode != StdinMode::null_device;
  options.merge_stderr = request_.merge_stderr;
  options.limits = host_.config().limits.with(request_.limits);
  options.outlives_host = gives_up_marker(request_);
  if (!options.outlives_host) options.marker = host_.marker().entry_for(id_);
  options.reserve = !log_path().empty();
  options.guard = &host_.guard();
  options.groups = &host_.groups();
  const ProcessLimits& limits = options.limits;
  if (limits.memory_max || limits.pids_max) {
    options.group_limits = GroupLimits{limits.memory_max, limits.pids_max};
  }
  return options;
}

Millis Execution::age() const {
  const SteadyTime started{SteadyClock::duration(started_steady_.load(std::memory_order_relaxed))};
  return to_millis(SteadyClock::now() - started);
}

Millis Execution::timeout() const {
  return request_.timeout.value_or(host_.config().default_timeout);
}

// ---- Any thread: hand over to the strand.

void Execution::refused() {
  run_on_strand([](Execution& self) {
    self.refused_ = true;
    self.run_deferred();
  });
}

bool Execution::claim_launch() {
  auto expected = LaunchClaim::open;
  return launch_claim_.compare_exchange_strong(expected, LaunchClaim::launching);
}

// `end` says first that it comes and looks at the claim then; here it is the other way round. So
// one of the two sees the other.
bool Execution::release_launch() {
  launch_claim_.store(LaunchClaim::open);
  return !ending_.load() || !claim_launch();
}

void Execution::note_launch(int pid) const {
  Journal* journal = host_.journal();
  if (journal == nullptr) return;
  journal->started({format_id(id_), pid, start_time_of(pid), wall_now(), log_path(), command_text_,
                    request_.metadata});
}

void Execution::launched(LaunchedCommand launched, Permit permit) {
  started_at_.store(wall_now(), std::memory_order_relaxed);
  started_steady_.store(SteadyClock::now().time_since_epoch().count(), std::memory_order_relaxed);
  run_on_strand(
      [launched = std::move(launched), permit = std::move(permit)](Execution& self) mutable {
        self.permit_ = std::move(permit);
        self.process_.emplace(std::move(launched.process));
        self.pipes_[index_of(Stream::out)].emplace(std::move(launched.out));
        self.pipes_[index_of(Stream::err)] = std::move(launched.err);
        self.stdin_ = std::move(launched.in);
        self.group_ = std::move(launched.group);
        self.reserved_ = std::move(launched.reserved);
        self.feed(Input::launching);
        self.feed(Input::spawned);
      });
}

void Execution::launch_failed(Error error, Permit permit) {
  run_on_strand([error = std::move(error), permit = std::move(permit)](Execution& self) mutable {
    self.permit_ = std::move(permit);
    self.failure_ = std::move(error);
    self.host_.statistics().spawn_failures.fetch_add(1, std::memory_order_relaxed);
    self.feed(Input::launching);
    self.feed(Input::spawn_failed);
  });
}

void Execution::cancel(Handler<bool> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) {
    if (self.refused_) return handler(errors::not_found(format_id(self.id_)));
    const bool in_time = self.lifecycle_.can_be_ended();
    self.end(Input::cancel_requested);
    handler(in_time);
  });
}

void Execution::shut_down(Millis grace) {
  run_on_strand([grace](Execution& self) {
    self.grace_ = std::min(self.grace_, grace);
    self.end(Input::shutdown_requested);
  });
}

void Execution::kill_now() {
  run_on_strand([](Execution& self) { self.end(Input::kill_requested); });
}

void Execution::kill(int signal, Handler<bool> handler) {
  run_on_strand([signal, handler = std::move(handler)](Execution& self) {
    if (!self.process_) return handler(false);
    SoughtTree others;
    others.execution = format_id(self.id_);
    others.leader = self.process_->pid();
    others.leader_started = start_time_of(others.leader);
    if (self.group_) self.group_->add_members(others.members);
    self.host_.scanner().look(std::move(others), {signal}, [](const TreeScanner::Answer&) {});
    handler(self.process_->signal_tree(signal));
  });
}

void Execution::replay(Handler<std::vector<OutputBatch>> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) {
    // It may have ended since it was looked up: what it kept is given away then.
    if (!self.output_) return handler(self.pipeline_.replay());
    handler(replay_lines(*self.output_, self.host_.config().max_line_bytes));
  });
}

// ---- On the strand: the lifecycle.

// A cause from outside. If the spawn thread has not taken the execution up yet, it never will.
void Execution::end(Input cause) {
  ending_.store(true);
  if (lifecycle_.phase() == Phase::queued) {
    auto expected = LaunchClaim::open;
    if (!launch_claim_.compare_exchange_strong(expected, LaunchClaim::withdrawn)) {
      feed(Input::launching);
    }
  }
  feed(cause);
}

void Execution::feed(Input input) { perform(lifecycle_.feed(input)); }

void Execution::perform(Actions actions) {
  if (actions.has(Action::withdraw)) host_.on_withdrawn(*this);
  if (actions.has(Action::publish_started)) publish_started();
  if (actions.has(Action::start_streams)) start_streams();
  if (actions.has(Action::signal_soft)) end_softly();
  if (actions.has(Action::signal_hard)) end_hard();
  if (actions.has(Action::arm_grace)) arm_grace();
  if (actions.has(Action::arm_kill)) arm_kill();
  if (actions.has(Action::watch_tree)) watch_tree();
  if (actions.has(Action::drain)) drain();
  if (actions.has(Action::close_streams)) close_streams();
  if (actions.has(Action::finish)) finish();
}

void Execution::publish_started() {
  started_ = true;
  host_.on_running(*this);
  host_.sink().started({token(), started_at(), process_->pid(), command_text_});
}

void Execution::drain() {
  if (!read_rest()) return;
  seek_holders();
  phase_timer_.arm(strand_, host_.config().drain_grace,
                   [self = shared_from_this()] { self->end_drain(); });
  // Whoever holds a pipe still may let go of it, which nobody sees in a pipe that is not read.
  resume_streams();
}

bool Execution::read_rest() {
  for (const Stream stream : kStreams) {
    if (auto* open = pipe(stream)) open->read_rest();
    // The end of the last stream ends the execution, and closes everything.
    if (lifecycle_.phase() == Phase::finished) return false;
  }
  return true;
}

void Execution::finish() {
  for (auto* timer :
       {&timeout_timer_, &idle_timer_, &phase_timer_, &tree_timer_, &partial_timer_}) {
    timer->cancel();
  }
  close_streams();
  stdin_.reset();
  run_deferred();
  auto result = make_result();
  output_ = pipeline_.finish(*result);
  if (auto error = outcome_error(*result)) result->error = redacted(std::move(*error));
  result->overflow_error = redacted(std::move(result->overflow_error));
  result->log_error = redacted(std::move(result->log_error));
  if (process_ && !lifecycle_.exited()) leave_process();
  process_.reset();
  // That may have been a kill of the whole group, by whomever.
  if (group_ && result->exit.signal == SIGKILL) group_->spoil();
  group_.reset();

  auto& statistics = host_.statistics();
  statistics.ended[index_of(result->status)].fetch_add(1, std::memory_order_relaxed);
  if (started_) statistics.total.add(to_steady(result->duration));

  if (Journal* journal = host_.journal(); journal != nullptr && started_) {
    journal->ended(format_id(id_));
  }

  // Before the end is told: whoever hears of it may count on the place. And who waited for it is
  // told of behind it.
  const auto start_next = permit_.give_back();
  host_.on_finished(*this, std::move(result), output_);
  if (start_next) start_next();
}

std::shared_ptr<ExecutionResult> Execution::make_result() {
  auto result = std::make_shared<ExecutionResult>();
  result->id = id_;
  if (process_) {
    result->pid = process_->pid();
    result->termination = termination();
    if (lifecycle_.exited()) {
      const auto ended = process_->reap();
      result->exit = ended.status;
      result->usage = ended.usage;
    }
  }
  result->status = lifecycle_.status(result->exit.code == 0);
  result->output_incomplete = lifecycle_.output_cut();
  result->started_at = started_at();
  result->completed_at = wall_now();
  const SteadyTime started{SteadyClock::duration(started_steady_.load())};
  result->duration = started_ ? to_millis(SteadyClock::now() - started) : Millis(0);
  result->queued = to_millis((started_ ? started : SteadyClock::now()) - requested_at_);
  result->command = command_text_;
  result->metadata = request_.metadata;
  return result;
}

std::optional<Error> Execution::outcome_error(const ExecutionResult& result) const {
  switch (lifecycle_.cause()) {
    case EndCause::timeout:
      return errors::timeout(timeout().count());
    case EndCause::idle_timeout:
      return errors::idle_timeout(request_.idle_timeout.value_or(kForever).count());
    case EndCause::cancelled:
    case EndCause::shutdown:
      return errors::cancelled();
    case EndCause::output_limit:
      return errors::output_size_exceeded(
          request_.max_output_size_bytes.value_or(host_.config().max_output_size_bytes));
    case EndCause::spawn_failed:
    case EndCause::stream_failed:
      return failure_;
    case EndCause::none:
      break;
  }
  if (result.status == Status::completed) return std::nullopt;
  if (result.exit.signal) return errors::killed_by_signal(*result.exit.signal);
  return errors::command_failed(result.exit.code.value_or(-1));
}

}  // namespace escher
