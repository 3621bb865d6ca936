// Permits to run, and the queue for them. Pure; owned by the dispatcher, used on its thread.
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
  // The caller's number for an execution; unique among those that run or wait.
  using Ticket = std::uint64_t;

  enum class Decision : std::uint8_t { run, wait, reject };

  // `max_queued` 0: executions over the limit are rejected.
  Admission(std::size_t max_running, std::size_t max_queued);

  // Acquires a permit or a position in the queue, or rejects the ticket.
  Decision submit(Ticket ticket, double priority);

  // Returns a permit. The result is the ticket that gets it: the highest priority, then the oldest.
  std::optional<Ticket> release();

  // Leaves the queue. False if the ticket is not in it.
  bool withdraw(Ticket ticket);

  std::size_t running() const { return running_; }
  std::size_t queued() const { return queue_.size(); }

 private:
  // Ordered by descending priority, then by arrival.
  using QueuePosition = std::pair<double, std::uint64_t>;

  std::size_t max_running_;
  std::size_t max_queued_;
  std::size_t running_ = 0;
  std::uint64_t arrivals_ = 0;
  std::map<QueuePosition, Ticket> queue_;
  std::unordered_map<Ticket, QueuePosition> positions_;
};

}  // namespace escher
