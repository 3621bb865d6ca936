// The names of phases, inputs, causes and actions in test messages.
#pragma once

#include <array>
#include <initializer_list>
#include <ostream>
#include <string_view>

#include "policy/lifecycle.hpp"

namespace escher {

inline constexpr std::array<std::string_view, kPhaseCount> kPhaseNames{
    "queued",           "starting", "running", "terminating_soft",
    "terminating_hard", "draining", "finished"};

inline constexpr std::array<std::string_view, kInputCount> kInputNames{
    "launching",          "spawned",          "spawn_failed",     "timeout_fired",
    "idle_timeout_fired", "lease_expired",    "cancel_requested", "shutdown_requested",
    "kill_requested",     "output_limit_hit", "stdout_ended",     "stderr_ended",
    "stream_failed",      "exited",           "tree_ended",       "grace_expired",
    "kill_expired",       "drain_expired",    "signalled_early"};

inline constexpr std::array<std::string_view, 10> kCauseNames{
    "none",     "timeout",      "idle_timeout",  "lease",        "cancelled",
    "shutdown", "output_limit", "stream_failed", "spawn_failed", "signalled"};

inline constexpr std::array<std::string_view, kActionCount> kActionNames{
    "withdraw",  "publish_started", "start_streams", "signal_soft", "next_step",     "signal_hard",
    "arm_grace", "arm_kill",        "watch_tree",    "drain",       "close_streams", "finish"};

inline std::ostream& operator<<(std::ostream& out, Phase phase) {
  return out << kPhaseNames[static_cast<std::size_t>(phase)];
}
inline std::ostream& operator<<(std::ostream& out, Input input) {
  return out << kInputNames[static_cast<std::size_t>(input)];
}
inline std::ostream& operator<<(std::ostream& out, EndCause cause) {
  return out << kCauseNames[static_cast<std::size_t>(cause)];
}
inline std::ostream& operator<<(std::ostream& out, Actions actions) {
  out << '{';
  for (std::size_t i = 0; i < kActionCount; ++i) {
    if (actions.has(static_cast<Action>(i))) out << ' ' << kActionNames[i];
  }
  return out << " }";
}

namespace test {

inline Actions set_of(std::initializer_list<Action> list) {
  Actions actions;
  for (const Action action : list) actions.add(action);
  return actions;
}

}  // namespace test
}  // namespace escher
