// The life of one execution as a pure state machine: inputs in, actions out, no I/O and no clock.
//
//   Queued -> Starting -> Running -> Terminating(soft) -> Terminating(hard) -> Draining -> Finished
//
// Owned by an Execution, touched on its strand only. The rules:
//  - The first cause of an end wins; what comes later only hurries it.
//  - Finished = the process has exited and both streams have ended, or the drain is over.
//  - While it is terminating, all its descendants have to be gone with it, or SIGKILL has had its
//    time: what that cannot end cannot be waited for.
//  - An execution that is ended before it was launched never gets a process.
//  - Finished absorbs every input.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/status.hpp"

namespace escher {

enum class Phase : std::uint8_t {
  queued,    // waits for a permit
  starting,  // the spawn thread has it
  running,
  terminating_soft,  // the kill signal was sent, the grace period runs
  terminating_hard,  // SIGKILL was sent
  draining,          // the process is gone, a stream is still open
  finished,
};
inline constexpr std::size_t kPhaseCount = 7;

enum class Input : std::uint8_t {
  launching,  // the spawn thread took it up
  spawned,
  spawn_failed,
  timeout_fired,
  idle_timeout_fired,
  cancel_requested,
  shutdown_requested,  // the engine closes
  kill_requested,      // the host ends: no grace
  output_limit_hit,
  stdout_ended,
  stderr_ended,
  stream_failed,  // reading a pipe gave an error
  exited,         // the process has exited
  tree_ended,     // while terminating: none of its descendants lives any more
  grace_expired,
  kill_expired,  // SIGKILL has had its time
  drain_expired,
};
inline constexpr std::size_t kInputCount = 17;

// Why it ends. `none`: it ends, or ended, by itself.
enum class EndCause : std::uint8_t {
  none,
  timeout,
  idle_timeout,
  cancelled,
  shutdown,
  output_limit,
  stream_failed,
  spawn_failed,
};

enum class Action : std::uint8_t {
  withdraw,  // tell the admission that it will not be launched
  publish_started,
  start_streams,  // begin to read, to wait for the exit and to count the time
  signal_soft,    // the kill signal, to the process group
  signal_hard,    // SIGKILL, to the process group
  arm_grace,
  arm_kill,    // the time that SIGKILL has
  watch_tree,  // the process has exited: see whether descendants of it live
  drain,       // read what is in the pipes, then wait for the drain's grace period
  close_streams,
  finish,  // reap, publish the result, give the permit back
};
inline constexpr std::size_t kActionCount = 11;

// A set of actions, to be performed in the order of the enum.
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
  // `merged`: stderr goes into stdout's pipe, so there is one stream only.
  explicit Lifecycle(bool merged = false) : stderr_open_(!merged) {}

  Actions feed(Input input);

  Phase phase() const { return phase_; }
  EndCause cause() const { return cause_; }
  bool exited() const { return exited_; }
  // A stream was still open when the execution was finished.
  bool output_cut() const { return output_cut_; }

  // Whether a request to cancel still changes the outcome.
  bool can_be_ended() const { return phase_ < Phase::draining; }

  // The public status, `success` being an exit with code 0.
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
  // The first cause stays.
  void blame(EndCause cause);
  // Steps that change the phase, and what is to be done for it.
  Actions terminate();
  Actions kill_now();
  Actions after_exit();
  Actions cut_output();
  Actions abandon();
  Actions finish();

  Phase phase_ = Phase::queued;
  EndCause cause_ = EndCause::none;
  bool kill_at_once_ = false;  // asked for while starting
  bool exited_ = false;
  bool stdout_open_ = true;
  bool stderr_open_;
  bool output_cut_ = false;
};

}  // namespace escher
