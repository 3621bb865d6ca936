// What a command inherits from the host and what the host may change: between the call and the
// launch, or at any time. Owned by the engine; any thread.
#pragma once

#if defined(_WIN32)
#include "process/windows/host_state.hpp"
#else

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "model/thread_annotations.hpp"
#include "process/host_directory.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {

class HostState {
 public:
  // The present working directory. The same object is returned as long as the host stays in it, so
  // that queued requests share one descriptor. Null if it may not be searched: then it cannot be
  // opened, but a child can begin in it.
  std::shared_ptr<const HostDirectory> directory();

  struct Status {
    // Read from /proc: umask() returns the old mask only by setting a new one, which other threads
    // would see. Nothing where that is not possible: macOS, and Linux before 4.7.
    std::optional<unsigned> umask;
    // The signals that the process ignores; signal 1 is bit 0. All of them where that is unknown:
    // macOS, and Linux without /proc.
    std::uint64_t ignored_signals = ~std::uint64_t{0};
  };
  // Both with one read: the kernel makes the whole file for each.
  Status status();

 private:
  // /proc/self/status as far as `text` holds it; empty if it cannot be read.
  std::string_view status_file(std::span<char> text);

  Mutex mutex_;
  std::shared_ptr<const HostDirectory> last_ ESCHER_GUARDED_BY(mutex_);
  // /proc/self/status, held open: it is read for every request and every launch. The number is for
  // readers, so that they wait for no other.
  UniqueFd status_ ESCHER_GUARDED_BY(mutex_);
  std::atomic<int> status_fd_{-1};
};

}  // namespace escher

#endif  // _WIN32
