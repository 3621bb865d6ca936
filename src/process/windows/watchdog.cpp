#include "process/watchdog.hpp"

namespace escher {

// No process is needed: the system ends the jobs of a dead host, see process/windows/job.hpp.
struct Watchdog::Session::Slots {};
class Watchdog::Impl {};

Watchdog::Session::Session(std::shared_ptr<Slots>, std::size_t) {}
Watchdog::Session::Session(Session&&) noexcept = default;
Watchdog::Session& Watchdog::Session::operator=(Session&&) noexcept = default;
Watchdog::Session::~Session() = default;

Watchdog::Watchdog(std::string) {}
Watchdog::~Watchdog() = default;
bool Watchdog::ensure(const std::string&) { return true; }
bool Watchdog::runs() const { return true; }
void Watchdog::on_start(std::function<void(int)>) {}
Watchdog::Session Watchdog::watch(int, std::uint64_t) { return {}; }

}  // namespace escher
