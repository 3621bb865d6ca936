#include "engine/watchdog_keeper.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include "process/strand_checker.hpp"

namespace escher {
namespace {

// Until the next attempt, where it could not be started.
constexpr Millis kPause{1000};

}  // namespace

WatchdogKeeper::WatchdogKeeper(Runtime& runtime, Watchdog& watchdog, const EngineCgroups& cgroups)
    : runtime_(runtime), watchdog_(watchdog), cgroups_(cgroups) {
  watchdog_.on_start([this](int descriptor) { on_start(descriptor); });
}

void WatchdogKeeper::stop() {
  boost::asio::post(runtime_.io(), [this] {
    stopped_ = true;
    process_.reset();
  });
}

void WatchdogKeeper::on_start(int descriptor) {
  // Without a free descriptor the next launch finds out.
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (copy >= 0) boost::asio::post(runtime_.io(), [this, copy] { watch(copy); });
}

void WatchdogKeeper::watch(int descriptor) {
  assert_on_strand(runtime_.io().get_executor());
  process_.emplace(runtime_.io());
  boost::system::error_code error;
  process_->assign(descriptor, error);
  if (stopped_ || error) {
    process_.reset();
    if (error) ::close(descriptor);
    return;
  }
  process_->async_wait(boost::asio::posix::stream_descriptor::wait_error,
                       [this](const boost::system::error_code& failed) {
                         if (!failed) on_end();
                       });
}

void WatchdogKeeper::on_end() {
  assert_on_strand(runtime_.io().get_executor());
  process_.reset();
  if (stopped_) return;
  boost::asio::post(runtime_.spawner(), [this] {
    if (!watchdog_.ensure(cgroups_.path())) runtime_.defer(kPause, [this] { on_end(); });
  });
}

}  // namespace escher
