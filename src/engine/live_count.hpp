// Counts the executions that have not finished, so that the end of the engine can wait for the
// last one. Any thread. One mutex, a leaf: the handler runs outside of it. Owned by the engine.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>

#include "model/thread_annotations.hpp"
#include "model/time.hpp"

namespace escher {

class LiveCount {
 public:
  void add();
  void remove();

  // The `remove` that reaches zero calls `handler`. Counts one more, which the caller removes once
  // it has requested the end of every execution: until then zero is not reached.
  void on_zero(std::function<void()> handler);

  // Blocks until zero, but not longer than `patience`.
  void wait_zero(Millis patience);
  bool is_zero() const;

 private:
  mutable Mutex mutex_;
  std::condition_variable is_zero_;
  std::size_t count_ ESCHER_GUARDED_BY(mutex_) = 0;
  std::function<void()> on_zero_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
