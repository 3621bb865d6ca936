#include "flow_control.hpp"

#include <algorithm>

namespace escher {

void FlowControl::open(std::uint64_t token, std::function<void()> resume) {
  const std::lock_guard lock(mutex_);
  accounts_[token].resume = std::move(resume);
}

void FlowControl::close(std::uint64_t token) {
  std::function<void()> dropped;  // destroyed outside of the lock
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end()) return;
  dropped = std::move(found->second.resume);
  found->second.closed = true;
  if (found->second.outstanding == 0) accounts_.erase(found);
}

bool FlowControl::may_read(std::uint64_t token) {
  if (outstanding_.load(std::memory_order_relaxed) < limit_) return true;
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end() || found->second.outstanding == 0) return true;
  if (outstanding_.load(std::memory_order_relaxed) < limit_) return true;
  if (!found->second.waiting) {
    found->second.waiting = true;
    waiting_.push_back(token);
  }
  return false;
}

void FlowControl::add(std::uint64_t token, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end()) return;
  found->second.outstanding += bytes;
  outstanding_.fetch_add(bytes, std::memory_order_relaxed);
}

void FlowControl::release(std::uint64_t token, std::uint64_t bytes) {
  std::vector<std::function<void()>> resumes;
  {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(token);
    if (found == accounts_.end()) return;
    Account& account = found->second;
    bytes = std::min(bytes, account.outstanding);
    account.outstanding -= bytes;
    outstanding_.fetch_sub(bytes, std::memory_order_relaxed);

    const bool room = outstanding_.load(std::memory_order_relaxed) <= low_water();
    const auto may_go_on = [&](std::uint64_t waiter) {
      const auto it = accounts_.find(waiter);
      if (it == accounts_.end()) return true;
      if (!room && it->second.outstanding != 0) return false;
      it->second.waiting = false;
      if (it->second.resume) resumes.push_back(it->second.resume);
      return true;
    };
    if (!waiting_.empty() && (room || account.outstanding == 0)) std::erase_if(waiting_, may_go_on);
    if (account.closed && account.outstanding == 0) accounts_.erase(found);
  }
  for (const auto& resume : resumes) resume();
}

}  // namespace escher
