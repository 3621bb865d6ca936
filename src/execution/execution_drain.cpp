#include "execution/execution_drain.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "process/strand_checker.hpp"

namespace escher {
namespace {

// How long beyond its grace period the drain waits for the names of the processes that hold a pipe.
constexpr Millis kHolderPatience{250};

}  // namespace

void ExecutionDrain::begin(std::uint64_t holders_since) {
  assert_on_strand(owner_.strand());
  output_.begin_drain();
  if (!read_rest()) return;
  if (holders_since != 0) find_holders(holders_since);
  timer_.arm(owner_.strand(), grace_, keep_alive(owner_, this), &ExecutionDrain::on_grace_over);
  // The end of a pipe shows only where the pipe is read.
  output_.resume();
}

bool ExecutionDrain::read_rest() {
  output_.read_rest();
  return lifecycle_.phase() != Phase::finished;
}

// The tree is gone as far as it is known. What holds a pipe is a descendant that nothing else leads
// to, or a process that was given the pipe.
void ExecutionDrain::find_holders(std::uint64_t since) {
  finding_holders_ = true;
  scanner_.find_holders(
      output_.open_pipes(), since,
      [this, alive = owner_.keep_alive()](TreeScanner::Holders holders) mutable {
        boost::asio::post(owner_.strand(),
                          [this, alive = std::move(alive), holders = std::move(holders)]() mutable {
                            on_holders(std::move(holders));
                          });
      });
}

void ExecutionDrain::on_holders(TreeScanner::Holders holders) {
  assert_on_strand(owner_.strand());
  holders_ = std::move(holders);
  finding_holders_ = false;
  if (grace_over_) expire();
}

void ExecutionDrain::on_grace_over() {
  if (!finding_holders_ || std::exchange(grace_over_, true)) return expire();
  timer_.arm(owner_.strand(), kHolderPatience, keep_alive(owner_, this),
             &ExecutionDrain::on_grace_over);
}

// What was written in time is kept, even if the consumer had no room for it until now.
void ExecutionDrain::expire() {
  if (read_rest()) owner_.feed(Input::drain_expired);
}

}  // namespace escher
