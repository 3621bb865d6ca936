#include "execution/flow_control.hpp"

#include <algorithm>
#include <utility>

namespace escher {

void FlowControl::open(std::uint64_t token, std::function<void()> resume) {
  const MutexLock lock(mutex_);
  accounts_[token].resume = std::move(resume);
}

void FlowControl::close(std::uint64_t token) {
  std::function<void()> dropped;  // destroyed outside of the lock
  const MutexLock lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end()) return;
  dropped = std::exchange(found->second.resume, nullptr);
  found->second.closed = true;
  if (found->second.outstanding == 0) accounts_.erase(found);
}

bool FlowControl::may_read(std::uint64_t token) {
  if (outstanding() < window_) return true;
  const MutexLock lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end() || found->second.outstanding == 0) return true;
  if (outstanding() < limit_ && found->second.outstanding < window_) return true;
  if (!found->second.waiting) {
    found->second.waiting = true;
    waiting_.push_back(token);
  }
  return false;
}

void FlowControl::add(std::uint64_t token, std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  const auto found = accounts_.find(token);
  if (found == accounts_.end()) return;
  found->second.outstanding += bytes;
  outstanding_.fetch_add(bytes, std::memory_order_relaxed);
}

void FlowControl::release(std::uint64_t token, std::uint64_t bytes) {
  Resumes resumes;
  {
    const MutexLock lock(mutex_);
    const auto found = accounts_.find(token);
    if (found == accounts_.end()) return;
    Account& account = found->second;
    bytes = std::min(bytes, account.outstanding);
    account.outstanding -= bytes;
    const bool had_room = has_room();
    outstanding_.fetch_sub(bytes, std::memory_order_relaxed);

    if (!had_room && has_room()) {
      resume_all(resumes);
    } else if (account.waiting && may_resume(account)) {
      account.waiting = false;
      std::erase(waiting_, token);
      if (account.resume) resumes.push_back(account.resume);
    }
    if (account.closed && account.outstanding == 0) accounts_.erase(found);
  }
  for (const auto& resume : resumes) resume();
}

void FlowControl::resume_all(Resumes& resumes) {
  std::erase_if(waiting_, [&](std::uint64_t token) ESCHER_REQUIRES(mutex_) {
    const auto found = accounts_.find(token);
    if (found == accounts_.end()) return true;
    if (!may_resume(found->second)) return false;
    found->second.waiting = false;
    if (found->second.resume) resumes.push_back(found->second.resume);
    return true;
  });
}

}  // namespace escher
