#include "policy/admission.hpp"

#include <cmath>

namespace escher {

Admission::Admission(std::size_t max_running, std::size_t max_queued)
    : max_running_(max_running), max_queued_(max_queued) {}

Admission::Decision Admission::submit(Ticket ticket, double priority) {
  if (running_ < max_running_) {
    ++running_;
    return Decision::run;
  }
  if (queue_.size() >= max_queued_) return Decision::reject;
  // NaN cannot be ordered.
  const double rank = std::isnan(priority) ? 0 : -priority;
  const QueuePosition position{rank, arrivals_++};
  queue_.emplace(position, ticket);
  positions_.emplace(ticket, position);
  return Decision::wait;
}

std::optional<Admission::Ticket> Admission::release() {
  if (queue_.empty()) {
    if (running_ > 0) --running_;
    return std::nullopt;
  }
  // The permit passes directly to the next execution, so `running_` does not change.
  const auto next = queue_.begin();
  const Ticket ticket = next->second;
  queue_.erase(next);
  positions_.erase(ticket);
  return ticket;
}

bool Admission::withdraw(Ticket ticket) {
  const auto found = positions_.find(ticket);
  if (found == positions_.end()) return false;
  queue_.erase(found->second);
  positions_.erase(found);
  return true;
}

}  // namespace escher
