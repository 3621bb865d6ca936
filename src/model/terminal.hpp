// The pseudo-terminal of a command. Values; any thread.
#pragma once

#include <string>

namespace escher {

struct TerminalSize {
  unsigned cols = 80;
  unsigned rows = 24;
};

struct TerminalOptions {
  unsigned cols = TerminalSize().cols;
  unsigned rows = TerminalSize().rows;
  // The variable TERM, unless the request names it.
  std::string term = "xterm-256color";

  TerminalSize size() const { return {cols, rows}; }
};

}  // namespace escher
