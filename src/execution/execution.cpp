#include "execution/execution.hpp"

#include "execution/execution_options.hpp"
#include "execution/statistics.hpp"
#include "model/signals.hpp"
#include "output/redaction/redactor_cache.hpp"
#include "output/replay.hpp"
#include "policy/child_environment.hpp"
#include "policy/command_text.hpp"
#include "policy/signal_actions.hpp"
#include "process/process_table.hpp"
#include "process/strand_checker.hpp"
#include "recovery/journal.hpp"

namespace escher {

Execution::Execution(ExecutionHost& host, Strand strand, const ExecutionId& id,
                     std::uint64_t serial, ExecutionRequest request)
    : host_(host),
      services_(host.services()),
      strand_(std::move(strand)),
      id_(id),
      serial_(serial),
      request_(std::move(request)),
      requested_at_(SteadyClock::now()),
      texts_({services_.redactors.for_request(request_.redact), describe(request_.command),
              request_.key, std::move(request_.metadata)}),
      started_at_(wall_now()),
      started_steady_(requested_at_.time_since_epoch().count()),
      lifecycle_(request_.has_one_stream()),
      input_(strand_, request_.effective_stdin_mode(), std::exchange(request_.input, {})),
      output_(*this, {services_.sink, services_.flow, services_.statistics, services_.watch_all},
              output_options_of(
                  request_, services_, id_, texts()->redactor,
                  {[this] { terminal_.on_activity(); }, [this] { return log_header(); }})),
      terminal_(*this, request_.pty.has_value(),
                [this](const Terminal::Modes& modes) {
                  // After the output that was read before. A prompt is an unfinished line.
                  output_.flush_partial();
                  services_.sink.echo({token(), wall_now(), modes.echo, modes.canonical});
                }),
      tree_(*this, services_.scanner, id_),
      termination_(*this, lifecycle_, tree_, stop_of(request_, services_.config)),
      drain_(*this, lifecycle_, output_, services_.scanner, services_.config.drain_grace) {
  if (request_.pty) add_terminal_variables(request_);
  add_color_variables(request_);
  // A listing finds it by the key that it shows.
  request_.key = texts()->key;
}

std::string Execution::redacted(std::string text) const {
  return texts()->redacted(std::move(text));
}

Error Execution::redacted(Error error) const {
  error.message = redacted(std::move(error.message));
  error.path = redacted(std::move(error.path));
  return error;
}

LogHeader Execution::log_header() const {
  return {texts()->command, redacted(start_directory_of(request_)), started_at()};
}

LaunchOptions Execution::launch_options() const {
  return launch_options_of(request_, services_, id_);
}

Millis Execution::age() const { return to_millis(SteadyClock::now() - started_steady()); }

// ---- From other threads to the strand.

void Execution::refused() {
  run_on_strand([](Execution& self) {
    self.refused_ = true;
    self.input_.end();
  });
}

void Execution::journal_launch(int pid) const {
  if (services_.journal == nullptr) return;
  const auto texts = this->texts();
  services_.journal->started({format_id(id_), pid, start_time_of(pid), wall_now(),
                              log_path_of(request_, services_.config, id_), texts->command,
                              texts->metadata});
}

void Execution::launched(LaunchedCommand launched, Permit permit, SteadyClock::duration took) {
  started_at_.store(wall_now(), std::memory_order_relaxed);
  started_steady_.store(SteadyClock::now().time_since_epoch().count(), std::memory_order_relaxed);
  run_on_strand(
      [launched = std::move(launched), permit = std::move(permit), took](Execution& self) mutable {
        self.permit_ = std::move(permit);
        self.launch_time_ = to_millis(took);
        self.tree_.attach(std::move(launched.process), std::move(launched.cgroup));
        self.output_.attach(std::move(launched.out), std::move(launched.err));
        self.stdin_ = std::move(launched.in);
        self.launched_terminal_ = std::move(launched.terminal);
        self.reserved_descriptor_ = std::move(launched.reserved);
        self.feed(Input::launching);
        self.feed(Input::spawned);
        self.send_early_signals();
      });
}

void Execution::launch_failed(Error error, Permit permit) {
  run_on_strand([error = std::move(error), permit = std::move(permit)](Execution& self) mutable {
    self.permit_ = std::move(permit);
    self.launch_error_ = std::move(error);
    self.services_.statistics.spawn_failures.fetch_add(1, std::memory_order_relaxed);
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
    self.termination_.shorten_grace(grace);
    self.end(Input::shutdown_requested);
  });
}

void Execution::kill_now() {
  run_on_strand([](Execution& self) { self.end(Input::kill_requested); });
}

void Execution::kill(int signal, Handler<bool> handler) {
  run_on_strand([signal, handler = std::move(handler)](Execution& self) {
    if (self.refused_) return handler(errors::not_found(format_id(self.id_)));
    handler(self.tree_.has_process() ? self.tree_.send(signal) : self.take_early_signal(signal));
  });
}

void Execution::renew(Handler<bool> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) {
    if (self.refused_) return handler(errors::not_found(format_id(self.id_)));
    const bool lives = self.lifecycle_.phase() <= Phase::running;
    if (lives && self.started_) self.arm_lease();
    handler(lives);
  });
}

void Execution::send_input(std::string bytes, Handler<void> handler) {
  run_on_strand([bytes = std::move(bytes), handler = std::move(handler)](Execution& self) mutable {
    self.input_.send(std::move(bytes), std::move(handler));
    self.terminal_.on_activity();
  });
}

void Execution::close_input(Handler<void> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) mutable {
    self.input_.close(std::move(handler));
  });
}

void Execution::resize(const TerminalSize& size, Handler<void> handler) {
  run_on_strand([size, handler = std::move(handler)](Execution& self) {
    if (self.refused_) return handler(errors::not_found(format_id(self.id_)));
    if (self.terminal_.resize(size, handler)) self.output_.resize(size);
  });
}

void Execution::replay(Handler<std::vector<OutputBatch>> handler) {
  run_on_strand([handler = std::move(handler)](Execution& self) {
    // It may have finished since the caller looked it up. The pipeline has then given its output
    // away.
    if (!self.captured_) return handler(self.output_.replay());
    handler(replay_lines(*self.captured_, self.services_.config.max_line_bytes));
  });
}

void Execution::watch(bool on) {
  output_.set_watched(on);
  // `false` needs no further step: a paused pipe resumes when the consumer has released its bytes.
  if (on) watch_begins();
}

void Execution::watch_begins() {
  run_on_strand([](Execution& self) { self.output_.arm_partial_flush(); });
}

void Execution::add_secrets(const Redactor& all, const Redactor& added,
                            std::function<void()> done) {
  run_on_strand([all, added, done = std::move(done)](Execution& self) {
    self.texts_.add_secrets(all);
    // Finished: its output belongs to the record.
    if (!self.captured_) self.output_.add_secrets(all, added);
    done();
  });
}

// ---- On the strand: the lifecycle.

// If the spawn thread has not claimed the execution yet, it is never launched.
void Execution::end(Input cause) {
  if (lifecycle_.phase() == Phase::queued && !launch_claim_.withdraw()) feed(Input::launching);
  feed(cause);
}

// There is no process yet. A terminating signal ends the execution, unless the spawn thread is
// launching it already; that one and all others are sent at the start.
bool Execution::take_early_signal(int signal) {
  if (signal == 0 || lifecycle_.phase() > Phase::starting) return false;
  early_signals_.push_back(signal);
  const bool is_queued = lifecycle_.phase() == Phase::queued;
  if (is_queued && terminates_by_default(signal) && launch_claim_.withdraw()) {
    feed(Input::signalled_early);
  }
  return true;
}

void Execution::send_early_signals() {
  for (const int signal : std::exchange(early_signals_, {})) tree_.send(signal);
}

void Execution::feed(Input input) {
  assert_on_strand(strand_);
  perform(lifecycle_.feed(input));
}

void Execution::perform(Actions actions) {
  if (actions.has(Action::withdraw)) host_.on_withdrawn(*this);
  if (actions.has(Action::publish_started)) publish_started();
  if (actions.has(Action::start_streams)) start_streams();
  if (actions.has(Action::signal_soft)) termination_.signal_soft();
  if (actions.has(Action::next_step)) termination_.next_step();
  if (actions.has(Action::signal_hard)) termination_.signal_hard();
  if (actions.has(Action::arm_grace)) termination_.arm_grace();
  if (actions.has(Action::arm_kill)) termination_.arm_kill();
  if (actions.has(Action::watch_tree)) termination_.watch_tree();
  if (actions.has(Action::drain)) drain();
  if (actions.has(Action::close_streams)) output_.close();
  if (actions.has(Action::finish)) finish();
}

void Execution::publish_started() {
  started_ = true;
  host_.on_running(*this);
  const auto texts = this->texts();
  services_.sink.started({token(), started_at(), tree_.pid(), texts->command, texts->key});
}

void Execution::start_streams() {
  reserved_descriptor_.reset();
  output_.open_log();
  if (terminal_.early_size()) output_.resize(*terminal_.early_size());
  timeout_timer_.arm(strand_, timeout_of(request_, services_.config),
                     [self = shared_from_this()] { self->feed(Input::timeout_fired); });
  arm_lease();
  terminal_.start(std::exchange(launched_terminal_, std::nullopt));
  input_.start(std::exchange(stdin_, std::nullopt));
  output_.start();
  tree_.wait_exit();
}

void Execution::arm_lease() {
  if (!request_.lease) return;
  lease_timer_.arm(strand_, *request_.lease,
                   [self = shared_from_this()] { self->feed(Input::lease_expired); });
}

void Execution::drain() {
  termination_.stop_waiting();
  drain_.begin(termination_.has_signalled() ? tree_.leader_started() : 0);
}

void Execution::finish() {
  timeout_timer_.cancel();
  lease_timer_.cancel();
  termination_.stop_waiting();
  drain_.stop();
  output_.close();
  input_.end();
  terminal_.end();
  auto result = make_result();
  captured_ = output_.finish(*result);
  if (auto error = outcome_error(*result, lifecycle_.cause(), request_, services_.config,
                                 {launch_error_, output_.read_error()})) {
    result->error = redacted(std::move(*error));
  }
  result->overflow_error = redacted(std::move(result->overflow_error));
  result->log_error = redacted(std::move(result->log_error));
  result->record_error = redacted(std::move(result->record_error));
  if (tree_.has_process() && !lifecycle_.exited()) tree_.abandon(services_.statistics.unkillable);
  tree_.release(result->exit.signal == SIGKILL);

  auto& statistics = services_.statistics;
  statistics.ended[index_of(result->status)].fetch_add(1, std::memory_order_relaxed);
  if (started_) statistics.total.add(to_steady(result->duration));
  if (services_.journal != nullptr && started_) services_.journal->ended(format_id(id_));

  // The place is free before the end is reported, so that a consumer of the event can count on it;
  // the execution that was waiting for the place is reported after it.
  const auto start_next = permit_.give_back();
  host_.on_finished(*this, std::move(result), captured_);
  if (start_next) start_next();
}

std::shared_ptr<ExecutionResult> Execution::make_result() {
  auto result = std::make_shared<ExecutionResult>();
  result->id = id_;
  if (tree_.has_process()) {
    result->pid = tree_.pid();
    result->termination = termination_.report(drain_.holders());
    if (lifecycle_.exited()) {
      const auto ended = tree_.reap();
      result->exit = ended.status;
      result->usage = ended.usage;
    }
  }
  if (lifecycle_.cause() == EndCause::signalled) result->exit.signal = early_signals_.back();
  result->status = lifecycle_.status(result->exit.code == 0);
  result->output_incomplete = lifecycle_.output_cut();
  result->started_at = started_at();
  result->completed_at = wall_now();
  const SteadyTime started = started_steady();
  result->duration = started_ ? to_millis(SteadyClock::now() - started) : Millis(0);
  result->queued = to_millis((started_ ? started : SteadyClock::now()) - requested_at_);
  result->launch = launch_time_;
  const auto texts = this->texts();
  result->command = texts->command;
  result->key = texts->key;
  result->metadata = texts->metadata;
  return result;
}

}  // namespace escher
