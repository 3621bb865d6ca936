#include "policy/lifecycle.hpp"

#include <initializer_list>
#include <utility>

namespace escher {
namespace {

Actions actions_of(std::initializer_list<Action> list) {
  Actions actions;
  for (const Action action : list) actions.add(action);
  return actions;
}

// The cause for an input that requires the end of the execution.
EndCause cause_of(Input input) {
  switch (input) {
    case Input::timeout_fired:
      return EndCause::timeout;
    case Input::idle_timeout_fired:
      return EndCause::idle_timeout;
    case Input::lease_expired:
      return EndCause::lease;
    case Input::cancel_requested:
      return EndCause::cancelled;
    case Input::shutdown_requested:
    case Input::kill_requested:
      return EndCause::shutdown;
    case Input::output_limit_hit:
      return EndCause::output_limit;
    case Input::stream_failed:
      return EndCause::stream_failed;
    default:
      return EndCause::none;
  }
}

// A request from outside, in contrast to a cause that the process itself creates. Only a request
// can end an execution that has no process.
bool is_request(Input input) {
  return input == Input::cancel_requested || input == Input::shutdown_requested ||
         input == Input::kill_requested;
}

}  // namespace

Actions Lifecycle::feed(Input input) {
  note_stream_end(input);
  switch (phase_) {
    case Phase::queued:
      return on_queued(input);
    case Phase::starting:
      return on_starting(input);
    case Phase::running:
      return on_running(input);
    case Phase::terminating_soft:
      return on_terminating_soft(input);
    case Phase::terminating_hard:
      return on_terminating_hard(input);
    case Phase::draining:
      return on_draining(input);
    case Phase::finished:
      break;
  }
  return {};
}

Actions Lifecycle::on_queued(Input input) {
  if (input == Input::launching) {
    phase_ = Phase::starting;
    return {};
  }
  if (input == Input::spawn_failed) {
    record_cause(EndCause::spawn_failed);
    return finish();
  }
  if (input == Input::signalled_early) {
    record_cause(EndCause::signalled);
    return finish().add(Action::withdraw);
  }
  if (!is_request(input)) return {};
  record_cause(cause_of(input));
  return finish().add(Action::withdraw);
}

// A launch cannot be cancelled: a request is recorded, and applied when the process exists.
Actions Lifecycle::on_starting(Input input) {
  if (input == Input::spawn_failed) {
    record_cause(EndCause::spawn_failed);
    return finish();
  }
  if (input == Input::spawned) return on_spawned();
  if (is_request(input)) {
    record_cause(cause_of(input));
    cancel_asked_ |= input == Input::cancel_requested;
    if (input == Input::kill_requested) kill_at_once_ = true;
  }
  return {};
}

Actions Lifecycle::on_spawned() {
  phase_ = Phase::running;
  Actions actions;
  if (kill_at_once_) {
    actions = kill_now();
  } else if (cause_ != EndCause::none) {
    actions = terminate();
  }
  return actions.add(Action::publish_started).add(Action::start_streams);
}

Actions Lifecycle::on_running(Input input) {
  if (input == Input::exited) {
    exited_ = true;
    return after_exit();
  }
  const EndCause cause = cause_of(input);
  if (cause == EndCause::none) return {};
  record_cause(cause);
  cancel_asked_ = input == Input::cancel_requested;
  return input == Input::kill_requested ? kill_now() : terminate();
}

Actions Lifecycle::on_terminating_soft(Input input) {
  switch (input) {
    case Input::exited:
      if (exited_) return {};
      exited_ = true;
      return actions_of({Action::watch_tree});
    case Input::tree_ended:
      return exited_ ? after_exit() : Actions();
    case Input::cancel_requested:
      return std::exchange(cancel_asked_, true) ? actions_of({Action::next_step}) : Actions();
    case Input::shutdown_requested:
      return actions_of({Action::arm_grace});
    case Input::grace_expired:
    case Input::kill_requested:
      return kill_now();
    default:
      return {};
  }
}

Actions Lifecycle::on_terminating_hard(Input input) {
  switch (input) {
    case Input::exited:
      if (exited_) return {};
      exited_ = true;
      return actions_of({Action::watch_tree});
    case Input::tree_ended:
      return exited_ ? after_exit() : Actions();
    case Input::kill_expired:
      return exited_ ? after_exit() : abandon();
    default:
      return {};
  }
}

Actions Lifecycle::on_draining(Input input) {
  switch (input) {
    case Input::stdout_ended:
    case Input::stderr_ended:
      return streams_ended() ? finish() : Actions();
    case Input::drain_expired:
      return cut_output();
    case Input::output_limit_hit:
    case Input::stream_failed:
      // Detected after the exit, but caused by the process before it: a valid cause.
      record_cause(cause_of(input));
      return cut_output().add(Action::signal_hard);
    default:
      // Too late to be the cause, but it shortens the drain.
      if (cause_of(input) == EndCause::none) return {};
      return cut_output().add(Action::signal_hard);
  }
}

void Lifecycle::note_stream_end(Input input) {
  if (input == Input::stdout_ended) stdout_open_ = false;
  if (input == Input::stderr_ended) stderr_open_ = false;
}

void Lifecycle::record_cause(EndCause cause) {
  if (cause_ == EndCause::none) cause_ = cause;
}

Actions Lifecycle::terminate() {
  phase_ = Phase::terminating_soft;
  return actions_of({Action::signal_soft, Action::arm_grace});
}

// After the exit of the process, only its descendants remain to be awaited.
Actions Lifecycle::kill_now() {
  phase_ = Phase::terminating_hard;
  auto actions = actions_of({Action::signal_hard, Action::arm_kill});
  if (exited_) actions.add(Action::watch_tree);
  return actions;
}

Actions Lifecycle::after_exit() {
  if (streams_ended()) return finish();
  phase_ = Phase::draining;
  return actions_of({Action::drain});
}

Actions Lifecycle::cut_output() {
  output_cut_ = true;
  return finish().add(Action::close_streams);
}

// The process cannot be killed, for example because it waits for a device.
Actions Lifecycle::abandon() { return streams_ended() ? finish() : cut_output(); }

Actions Lifecycle::finish() {
  phase_ = Phase::finished;
  return actions_of({Action::finish});
}

Status Lifecycle::status(bool exited_with_zero) const {
  if (phase_ <= Phase::starting) return Status::pending;
  if (phase_ != Phase::finished) return Status::running;
  switch (cause_) {
    case EndCause::none:
      return exited_with_zero ? Status::completed : Status::failed;
    case EndCause::timeout:
    case EndCause::idle_timeout:
      return Status::timeout;
    case EndCause::lease:
    case EndCause::cancelled:
    case EndCause::shutdown:
      return Status::cancelled;
    case EndCause::output_limit:
    case EndCause::stream_failed:
    case EndCause::spawn_failed:
    case EndCause::signalled:
      return Status::failed;
  }
  return Status::failed;
}

}  // namespace escher
