#include "policy/lifecycle.hpp"

#include <initializer_list>

namespace escher {
namespace {

Actions actions_of(std::initializer_list<Action> list) {
  Actions actions;
  for (const Action action : list) actions.add(action);
  return actions;
}

// The cause that an input gives to an end, if it asks for one.
EndCause cause_of(Input input) {
  switch (input) {
    case Input::timeout_fired:
      return EndCause::timeout;
    case Input::idle_timeout_fired:
      return EndCause::idle_timeout;
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

// Somebody asks for the end, as opposed to a process that gives reason for it; this is what counts
// while there is no process.
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
    blame(EndCause::spawn_failed);
    return finish();
  }
  if (!is_request(input)) return {};
  blame(cause_of(input));
  return finish().add(Action::withdraw);
}

// The launch cannot be called back: a request is noted, and acted upon once there is a process.
Actions Lifecycle::on_starting(Input input) {
  if (input == Input::spawn_failed) {
    blame(EndCause::spawn_failed);
    return finish();
  }
  if (input == Input::spawned) return on_spawned();
  if (is_request(input)) {
    blame(cause_of(input));
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
  blame(cause);
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
      // Found out after the exit, but about what the process did: as good a cause as before it.
      blame(cause_of(input));
      return cut_output().add(Action::signal_hard);
    default:
      // Whoever asks for an end now comes too late to be its cause, and need not wait for it
      // either.
      if (cause_of(input) == EndCause::none) return {};
      return cut_output().add(Action::signal_hard);
  }
}

void Lifecycle::note_stream_end(Input input) {
  if (input == Input::stdout_ended) stdout_open_ = false;
  if (input == Input::stderr_ended) stderr_open_ = false;
}

void Lifecycle::blame(EndCause cause) {
  if (cause_ == EndCause::none) cause_ = cause;
}

Actions Lifecycle::terminate() {
  phase_ = Phase::terminating_soft;
  return actions_of({Action::signal_soft, Action::arm_grace});
}

// Where the process is gone already, its descendants are all that is waited for.
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

// It waits for a device, say, and cannot be ended before that answers.
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
    case EndCause::cancelled:
    case EndCause::shutdown:
      return Status::cancelled;
    case EndCause::output_limit:
    case EndCause::stream_failed:
    case EndCause::spawn_failed:
      return Status::failed;
  }
  return Status::failed;
}

}  // namespace escher
