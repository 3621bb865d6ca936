#include "engine/watchdog_keeper.hpp"

namespace escher {

// There is no watchdog process to keep: the system ends the jobs of a dead host, see
// process/windows/job.hpp.
WatchdogKeeper::WatchdogKeeper(Runtime& runtime, Watchdog& watchdog, const EngineCgroups& cgroups)
    : runtime_(runtime), watchdog_(watchdog), cgroups_(cgroups) {}

void WatchdogKeeper::stop() { stopped_ = true; }

}  // namespace escher
