// A timer of an execution. It is made when it is first armed, and never fires for a delay that was
// cancelled or replaced. Used on its strand only.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "model/time.hpp"
#include "process/strand.hpp"

namespace escher {

class StrandTimer {
 public:
  // Calls `(owner.get()->*handler)()` after `delay`, or never if the delay is infinite. Replaces
  // the call that is pending.
  template <typename Owner>
  void arm(const Strand& strand, Millis delay, std::shared_ptr<Owner> owner,
           void (Owner::*handler)()) {
    arm(strand, delay, [owner = std::move(owner), handler] { (owner.get()->*handler)(); });
  }

  template <typename Function>
  void arm(const Strand& strand, Millis delay, Function function) {
    cancel();
    if (is_never(delay)) return;
    if (!timer_) timer_.emplace(strand);
    armed_ = true;
    // cancel() cannot withdraw a completion that is already queued; the number identifies it.
    const std::uint32_t number = ++number_;
    timer_->expires_after(to_steady(delay));
    timer_->async_wait(
        [this, number, function = std::move(function)](const boost::system::error_code& error) {
          if (error || number != number_) return;
          armed_ = false;
          function();
        });
  }

  void cancel() {
    ++number_;
    armed_ = false;
    if (timer_) timer_->cancel();
  }

  bool armed() const { return armed_; }

 private:
  using Timer =
      boost::asio::basic_waitable_timer<SteadyClock, boost::asio::wait_traits<SteadyClock>, Strand>;
  std::optional<Timer> timer_;
  std::uint32_t number_ = 0;
  bool armed_ = false;
};

}  // namespace escher
