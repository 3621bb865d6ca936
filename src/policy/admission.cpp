#include "policy/admission.hpp"

#include <cmath>

namespace escher {

// ---- One ticket.

Admission::Decision Admission::submit(Ticket ticket, double priority, const std::string& name) {
  const auto key = name.empty() ? keys_.end() : keys_.try_emplace(name).first;
  const bool key_is_full = !key_has_place(key);
  if (!key_is_full && has_place()) {
    begin(ticket, key);
    return Decision::run;
  }
  if (queued() >= limits_.queued) {
    forget_if_unused(key);
    return key_is_full ? Decision::reject_key : Decision::reject;
  }
  // NaN cannot be ordered.
  const double rank = std::isnan(priority) ? 0 : -priority;
  const Position position{rank, arrivals_++};
  positions_.emplace(ticket, Waiting{position, key});
  if (key == keys_.end()) {
    eligible_.emplace(position, ticket);
  } else {
    key->second.waiting.emplace(position, ticket);
    update_head(key);
  }
  return Decision::wait;
}

std::optional<Admission::Ticket> Admission::release(Ticket ticket) {
  if (running_ > 0) --running_;
  if (const auto found = with_key_.find(ticket); found != with_key_.end()) {
    const auto key = found->second;
    with_key_.erase(found);
    --key->second.running;
    update_head(key);
    forget_if_unused(key);
  }
  return next();
}

bool Admission::withdraw(Ticket ticket) {
  const auto found = positions_.find(ticket);
  if (found == positions_.end()) return false;
  const auto [position, key] = found->second;
  positions_.erase(found);
  eligible_.erase(position);
  if (key == keys_.end()) return true;
  key->second.waiting.erase(position);
  update_head(key);
  forget_if_unused(key);
  return true;
}

// ---- Limits.

Admission::Tickets Admission::set_running_limit(std::size_t limit) {
  limits_.running = limit;
  return all_next();
}

Admission::Tickets Admission::set_key_limit(const std::string& name,
                                            std::optional<std::size_t> limit) {
  if (limit) {
    limits_.of_keys[name] = *limit;
  } else {
    limits_.of_keys.erase(name);
  }
  if (const auto key = keys_.find(name); key != keys_.end()) update_head(key);
  return all_next();
}

Admission::Tickets Admission::resume() {
  paused_ = false;
  return all_next();
}

std::size_t Admission::limit_of(const std::string& key) const {
  const auto own = limits_.of_keys.find(key);
  return own == limits_.of_keys.end() ? limits_.per_key : own->second;
}

std::size_t Admission::running_of(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? 0 : found->second.running;
}

bool Admission::key_has_place(Keys::const_iterator key) const {
  return key == keys_.end() || key->second.running < limit_of(key->first);
}

// ---- The queue.

void Admission::begin(Ticket ticket, Keys::iterator key) {
  ++running_;
  if (key == keys_.end()) return;
  ++key->second.running;
  with_key_.emplace(ticket, key);
}

void Admission::update_head(Keys::iterator key) {
  const auto& waiting = key->second.waiting;
  // At most the first two can be in it: the first one, or the one that was the first before.
  auto at = waiting.begin();
  for (int i = 0; i < 2 && at != waiting.end(); ++i, ++at) eligible_.erase(at->first);
  if (!waiting.empty() && key_has_place(key)) eligible_.insert(*waiting.begin());
}

void Admission::forget_if_unused(Keys::iterator key) {
  if (key == keys_.end()) return;
  if (key->second.running == 0 && key->second.waiting.empty()) keys_.erase(key);
}

std::optional<Admission::Ticket> Admission::next() {
  if (!has_place() || eligible_.empty()) return std::nullopt;
  const auto [position, ticket] = *eligible_.begin();
  const auto key = positions_.at(ticket).key;
  eligible_.erase(position);
  positions_.erase(ticket);
  if (key != keys_.end()) key->second.waiting.erase(position);
  begin(ticket, key);
  if (key != keys_.end()) update_head(key);
  return ticket;
}

Admission::Tickets Admission::all_next() {
  Tickets tickets;
  while (const auto ticket = next()) tickets.push_back(*ticket);
  return tickets;
}

}  // namespace escher
