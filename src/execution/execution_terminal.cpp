#include "execution/execution_terminal.hpp"

#include <algorithm>
#include <utility>

#include "process/strand_checker.hpp"

namespace escher {
namespace {

// The times between two looks. A prompt that is written just before echo is turned off is reported
// after the shortest; the longest bounds the cost of a command that waits for hours.
constexpr Millis kShortest{5};
constexpr Millis kLongest{250};

}  // namespace

bool ExecutionTerminal::resize(const TerminalSize& size, const Handler& handler) {
  assert_on_strand(owner_.strand());
  if (!is_wanted_) {
    handler(errors::no_terminal());
    return false;
  }
  if (!terminal_) {
    early_size_ = size;
    handler({});
    return false;
  }
  const int os_error = terminal_->resize(size);
  if (os_error != 0) {
    handler(errors::io(os_error, "TIOCSWINSZ", {}));
    return false;
  }
  on_activity();
  handler({});
  return true;
}

void ExecutionTerminal::start(std::optional<Terminal> terminal) {
  assert_on_strand(owner_.strand());
  terminal_ = std::move(terminal);
  if (!terminal_) return;
  if (early_size_) terminal_->resize(*early_size_);
  arm(kShortest);
}

void ExecutionTerminal::on_activity() {
  if (!terminal_) return;
  look();
  // The timer is not moved by every chunk of a flood.
  if (delay_ > kShortest || !timer_.armed()) arm(kShortest);
}

void ExecutionTerminal::end() {
  assert_on_strand(owner_.strand());
  timer_.cancel();
  terminal_.reset();
}

void ExecutionTerminal::look() {
  const auto modes = terminal_->modes();
  if (!modes) return;
  const Terminal::Modes before = std::exchange(modes_, *modes);
  if (before.echo != modes->echo || (!modes->echo && before != *modes)) report_(*modes);
}

void ExecutionTerminal::arm(Millis delay) {
  delay_ = delay;
  timer_.arm(owner_.strand(), delay, [this, alive = owner_.keep_alive()] {
    if (!terminal_) return;
    look();
    arm(std::min(delay_ * 2, kLongest));
  });
}

}  // namespace escher
