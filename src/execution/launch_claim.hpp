// Decides the race between the launch of an execution, on the spawn thread, and a request to end
// it, on its strand: one of the two wins. Owned by an Execution; lock-free.
#pragma once

#include <atomic>
#include <cstdint>

namespace escher {

class LaunchClaim {
 public:
  // ---- On the spawn thread.
  // Takes the execution up. False = it was withdrawn.
  bool claim() { return change(State::open, State::launching); }

  // The launch failed and will be retried; until then the execution can be withdrawn again.
  // False = a request to end it came during the launch and waits for the outcome: the claim is
  // kept, and the failure must be reported.
  bool release() {
    // `withdraw` first sets the flag and then tries the state; this is the other order. So at least
    // one of the two threads sees what the other has written.
    state_.store(State::open);
    return !end_requested_.load() || !claim();
  }

  // ---- On the strand, before the execution has a process.
  // True = it will not be launched. False = the spawn thread is launching it.
  bool withdraw() {
    end_requested_.store(true);
    return change(State::open, State::withdrawn);
  }

 private:
  enum class State : std::uint8_t { open, launching, withdrawn };

  bool change(State from, State to) { return state_.compare_exchange_strong(from, to); }

  std::atomic<State> state_{State::open};
  std::atomic<bool> end_requested_{false};
};

}  // namespace escher
