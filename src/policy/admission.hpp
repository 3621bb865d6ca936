// Who may run and who waits: permits and the queue. Pure; owned by the dispatcher, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace escher {

class Admission {
 public:
  // The caller's number for an execution; unique among those inside.
  using Ticket = std::uint64_t;

  enum class Decision : std::uint8_t { run, wait, reject };

  // `max_queued` 0 = reject at the limit.
  Admission(std::size_t max_running, std::size_t max_queued);

  // Takes a permit, a place in the queue, or nothing.
  Decision submit(Ticket ticket, double priority);

  // A permit comes back. The ticket that gets it: highest priority, then first come.
  std::optional<Ticket> release();

  // Gives up a place in the queue. False if the ticket does not wait.
  bool withdraw(Ticket ticket);

  std::size_t running() const { return running_; }
  std::size_t queued() const { return queue_.size(); }

 private:
  // Ordered by falling priority, then by arrival.
  using Place = std::pair<double, std::uint64_t>;

  std::size_t max_running_;
  std::size_t max_queued_;
  std::size_t running_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<Place, Ticket> queue_;
  std::unordered_map<Ticket, Place> places_;
};

}  // namespace escher
