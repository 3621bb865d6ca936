// Thread rules that the compiler checks: Clang's thread-safety annotations, and a mutex that
// carries them (std::mutex of libstdc++ has none). Other compilers see empty macros.
//
//   Mutex mutex_;
//   std::size_t live_ ESCHER_GUARDED_BY(mutex_) = 0;
//   void resume_all() ESCHER_REQUIRES(mutex_);
//
// Clang builds pass -Wthread-safety: an access without the lock is a compile error.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define ESCHER_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define ESCHER_THREAD_ANNOTATION(x)
#endif

#define ESCHER_CAPABILITY(name) ESCHER_THREAD_ANNOTATION(capability(name))
#define ESCHER_SCOPED_CAPABILITY ESCHER_THREAD_ANNOTATION(scoped_lockable)
// A member that is accessed only while the mutex is held.
#define ESCHER_GUARDED_BY(mutex) ESCHER_THREAD_ANNOTATION(guarded_by(mutex))
// Likewise for what a pointer points at.
#define ESCHER_PT_GUARDED_BY(mutex) ESCHER_THREAD_ANNOTATION(pt_guarded_by(mutex))
// The caller of the function holds the mutex; the caller does not hold it.
#define ESCHER_REQUIRES(...) ESCHER_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define ESCHER_EXCLUDES(...) ESCHER_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ESCHER_ACQUIRE(...) ESCHER_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define ESCHER_RELEASE(...) ESCHER_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define ESCHER_NO_THREAD_SAFETY_ANALYSIS ESCHER_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace escher {

class ESCHER_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() ESCHER_ACQUIRE() { mutex_.lock(); }
  void unlock() ESCHER_RELEASE() { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a Mutex for a scope, like std::unique_lock.
class ESCHER_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ESCHER_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() ESCHER_RELEASE() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void unlock() ESCHER_RELEASE() { lock_.unlock(); }
  void lock() ESCHER_ACQUIRE() { lock_.lock(); }

  // Waits for a notification, or until `deadline`. Wakes up spuriously too: call it in a loop that
  // checks the condition, so that the compiler sees the lock being held there.
  void wait(std::condition_variable& changed) { changed.wait(lock_); }
  template <typename Clock, typename Duration>
  std::cv_status wait_until(std::condition_variable& changed,
                            const std::chrono::time_point<Clock, Duration>& deadline) {
    return changed.wait_until(lock_, deadline);
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace escher
