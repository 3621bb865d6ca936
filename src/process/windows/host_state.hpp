// What a command inherits from the host and what the host may change between the call and the
// launch. Windows. Owned by the engine; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "model/thread_annotations.hpp"
#include "process/host_directory.hpp"

namespace escher {

class HostState {
 public:
  // The same object is returned as long as the host stays in the directory.
  std::shared_ptr<const HostDirectory> directory();

  // Windows has neither.
  struct Status {
    std::optional<unsigned> umask;
    std::uint64_t ignored_signals = 0;
  };
  Status status() { return {}; }

 private:
  Mutex mutex_;
  std::shared_ptr<const HostDirectory> last_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
