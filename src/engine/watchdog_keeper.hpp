// Starts the watchdog again as soon as it has ended, and not only at the next launch: what runs
// must not depend on a launch that may never come. Waits on an io thread, starts on the spawn
// thread. Owned by the engine.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>  // nothing on Windows
#include <optional>

#include "engine/runtime.hpp"
#include "process/engine_cgroups.hpp"
#include "process/watchdog.hpp"

namespace escher {

class WatchdogKeeper {
 public:
  // The references outlive it. Made before the first launch.
  WatchdogKeeper(Runtime& runtime, Watchdog& watchdog, const EngineCgroups& cgroups);

  // Any thread. The runtime must not be joined before, since it would wait for the watchdog's end.
  void stop();

 private:
  void on_start(int descriptor);
  // ---- On the io thread.
  void watch(int descriptor);
  void on_end();

  Runtime& runtime_;
  Watchdog& watchdog_;
  const EngineCgroups& cgroups_;

  // The io thread's.
#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)
  std::optional<boost::asio::posix::stream_descriptor> process_;
#endif
  bool stopped_ = false;
};

}  // namespace escher
