#include "process/terminal.hpp"

#include <cerrno>

// A pseudo console (ConPTY) is not implemented: requests with `pty` are rejected.

namespace escher {

bool Terminal::is_supported() { return false; }

class Terminal::Impl {};
Terminal::Terminal(std::intptr_t) {}
Terminal::~Terminal() = default;
Terminal::Terminal(Terminal&&) noexcept = default;
Terminal& Terminal::operator=(Terminal&&) noexcept = default;
int Terminal::resize(const TerminalSize&) { return ENOTSUP; }
std::optional<Terminal::Modes> Terminal::modes() const { return std::nullopt; }

}  // namespace escher
