#include "engine/live_count.hpp"

#include <utility>

namespace escher {

void LiveCount::add() {
  const MutexLock lock(mutex_);
  ++count_;
}

void LiveCount::remove() {
  std::function<void()> on_zero;
  {
    const MutexLock lock(mutex_);
    if (--count_ != 0) return;
    on_zero = std::exchange(on_zero_, nullptr);
    is_zero_.notify_all();
  }
  if (on_zero) on_zero();
}

void LiveCount::on_zero(std::function<void()> handler) {
  const MutexLock lock(mutex_);
  ++count_;
  on_zero_ = std::move(handler);
}

void LiveCount::wait_zero(Millis patience) {
  const SteadyTime deadline = SteadyClock::now() + to_steady(patience);
  MutexLock lock(mutex_);
  while (count_ != 0) {
    if (lock.wait_until(is_zero_, deadline) == std::cv_status::timeout) return;
  }
}

bool LiveCount::is_zero() const {
  const MutexLock lock(mutex_);
  return count_ == 0;
}

}  // namespace escher
