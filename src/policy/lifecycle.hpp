// The lifecycle of one execution as a pure state machine: inputs in, actions out; no I/O, no clock.
//
//   Queued -> Starting -> Running -> Terminating(soft) -> Terminating(hard) -> Draining -> Finished
//
// Owned by an Execution, used on its strand only. The rules:
//  - The first cause of an end wins; a later one can only speed the end up. A second cancel goes on
//    to the next step.
//  - An execution is finished when the process has exited and both streams have ended, or when the
//    drain has timed out.
//  - Termination also waits for the descendants, until the time limit after SIGKILL: a process that
//    survives SIGKILL cannot be awaited.
//  - An execution that is cancelled before its launch never gets a process, and neither does one
//    that gets a terminating signal then.
//  - `finished` ignores all inputs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/status.hpp"

namespace escher {

enum class Phase : std::uint8_t {
  queued,    // waits for a permit
  starting,  // the spawn thread launches it
  running,
  terminating_soft,  // the steps before SIGKILL
  terminating_hard,  // SIGKILL was sent
  draining,          // the process has exited; a stream is open
  finished,
};
inline constexpr std::size_t kPhaseCount = 7;

enum class Input : std::uint8_t {
  launching,  // the spawn thread has begun the launch
  spawned,
  spawn_failed,
  timeout_fired,
  idle_timeout_fired,
  lease_expired,  // no renewal came in time
  cancel_requested,
  shutdown_requested,  // the engine shuts down
  kill_requested,      // the host exits: no grace period
  output_limit_hit,
  stdout_ended,
  stderr_ended,
  stream_failed,  // reading a pipe failed
  exited,         // the process has exited
  tree_ended,     // while terminating: all descendants have ended
  grace_expired,  // the wait of the last step
  kill_expired,   // the time limit after SIGKILL
  drain_expired,
  signalled_early,  // a signal of the caller ends it before its launch
};
inline constexpr std::size_t kInputCount = 19;

// Why an execution ends. `none`: the process exits by itself.
enum class EndCause : std::uint8_t {
  none,
  timeout,
  idle_timeout,
  lease,
  cancelled,
  shutdown,
  output_limit,
  stream_failed,
  spawn_failed,
  signalled,
};

enum class Action : std::uint8_t {
  withdraw,  // leave the admission queue
  publish_started,
  start_streams,  // start to read the pipes, to wait for the exit, and the timeouts
  signal_soft,    // the signal of the first step
  next_step,      // the next step, or SIGKILL after the last one
  signal_hard,    // SIGKILL, to the process group
  arm_grace,      // the wait of the step
  arm_kill,       // the time limit after SIGKILL
  watch_tree,     // the process has exited: watch for live descendants
  drain,          // read what is in the pipes, then wait for the drain grace period
  close_streams,
  finish,  // reap, publish the result, release the permit
};
inline constexpr std::size_t kActionCount = 12;

// A set of actions. They are performed in the order of the enum.
class Actions {
 public:
  constexpr Actions() = default;
  constexpr Actions& add(Action action) {
    bits_ |= bit(action);
    return *this;
  }
  constexpr bool has(Action action) const { return (bits_ & bit(action)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(Actions, Actions) = default;

 private:
  static constexpr std::uint16_t bit(Action action) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(action));
  }
  std::uint16_t bits_ = 0;
};

class Lifecycle {
 public:
  // `merged`: stderr is written to the stdout pipe, so there is only one stream.
  explicit Lifecycle(bool merged = false) : stderr_open_(!merged) {}

  Actions feed(Input input);

  Phase phase() const { return phase_; }
  EndCause cause() const { return cause_; }
  bool exited() const { return exited_; }
  // The execution finished while a stream was open.
  bool output_cut() const { return output_cut_; }

  // Whether a cancel can change the outcome.
  bool can_be_ended() const { return phase_ < Phase::draining; }

  // The public status.
  Status status(bool exited_with_zero) const;

 private:
  Actions on_queued(Input input);
  Actions on_starting(Input input);
  Actions on_spawned();
  Actions on_running(Input input);
  Actions on_terminating_soft(Input input);
  Actions on_terminating_hard(Input input);
  Actions on_draining(Input input);

  void note_stream_end(Input input);
  bool streams_ended() const { return !stdout_open_ && !stderr_open_; }
  // Keeps the first cause.
  void record_cause(EndCause cause);
  // Each changes the phase and returns the actions for it.
  Actions terminate();
  Actions kill_now();
  Actions after_exit();
  Actions cut_output();
  Actions abandon();
  Actions finish();

  Phase phase_ = Phase::queued;
  EndCause cause_ = EndCause::none;
  bool kill_at_once_ = false;  // requested during the launch
  bool cancel_asked_ = false;  // the next cancel is not the first one
  bool exited_ = false;
  bool stdout_open_ = true;
  bool stderr_open_;
  bool output_cut_ = false;
};

}  // namespace escher
