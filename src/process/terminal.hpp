// The host's side of a command's pseudo-terminal: its size and its modes. Output and input go
// through the pipes. Owned by an Execution, used on its strand only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "model/terminal.hpp"

namespace escher {

class Terminal {
 public:
  // Whether a command can get a terminal on this system.
  static bool is_supported();

  // Takes ownership of the descriptor.
  explicit Terminal(std::intptr_t native_handle);
  ~Terminal();
  Terminal(Terminal&&) noexcept;
  Terminal& operator=(Terminal&&) noexcept;

  // The foreground process group gets SIGWINCH if the size changes. Returns 0, or the errno.
  int resize(const TerminalSize& size);

  struct Modes {
    bool echo = true;       // input is shown
    bool canonical = true;  // the terminal collects lines

    friend bool operator==(const Modes&, const Modes&) = default;
  };
  std::optional<Modes> modes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace escher
