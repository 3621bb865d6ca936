// The pseudo-terminal of an execution: its size, and the reports that the command has turned echo
// off or on. The kernel does not report a change of modes to a terminal that processes input
// itself, so the modes are read after each chunk of output, and by a timer: often after output and
// input, less and less often while there is none.
// Owned by an Execution, used on its strand only.
#pragma once

#include <functional>
#include <optional>

#include "execution/part_owner.hpp"
#include "execution/strand_timer.hpp"
#include "model/error.hpp"
#include "process/terminal.hpp"

namespace escher {

class ExecutionTerminal {
 public:
  using Handler = std::function<void(Result<void>)>;
  using Report = std::function<void(const Terminal::Modes&)>;

  // `report` is called for a change of echo, and of line mode while echo is off.
  ExecutionTerminal(PartOwner& owner, bool is_wanted, Report report)
      : owner_(owner), is_wanted_(is_wanted), report_(std::move(report)) {}

  // Before the start the size is kept. After the end it has no effect. True: the terminal has it.
  bool resize(const TerminalSize& size, const Handler& handler);

  // The process runs; `terminal` is set if it was asked for.
  void start(std::optional<Terminal> terminal);
  // The size that was asked for before the start.
  const std::optional<TerminalSize>& early_size() const { return early_size_; }
  // Output was read, or input was written.
  void on_activity();
  // Closes it: the last process that has it open is hung up.
  void end();

 private:
  void look();
  void arm(Millis delay);

  PartOwner& owner_;
  const bool is_wanted_;
  const Report report_;
  std::optional<Terminal> terminal_;
  std::optional<TerminalSize> early_size_;
  Terminal::Modes modes_;
  Millis delay_{0};
  StrandTimer timer_;
};

}  // namespace escher
