#include "process/terminal.hpp"

#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "process/posix/pseudo_terminal.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {

// posix_spawn cannot make a terminal the controlling one, so macOS has none.
bool Terminal::is_supported() {
#if defined(__APPLE__)
  return false;
#else
  return true;
#endif
}

class Terminal::Impl {
 public:
  explicit Impl(int fd) : master(fd) {}
  UniqueFd master;
};

Terminal::Terminal(std::intptr_t native_handle)
    : impl_(std::make_unique<Impl>(static_cast<int>(native_handle))) {}
Terminal::~Terminal() = default;
Terminal::Terminal(Terminal&&) noexcept = default;
Terminal& Terminal::operator=(Terminal&&) noexcept = default;

int Terminal::resize(const TerminalSize& size) {
  return posix::set_size(impl_->master.get(), size) ? 0 : errno;
}

// The master shows the modes of the command's side.
std::optional<Terminal::Modes> Terminal::modes() const {
  termios settings;
  if (::tcgetattr(impl_->master.get(), &settings) != 0) return std::nullopt;
  return Modes{(settings.c_lflag & ECHO) != 0, (settings.c_lflag & ICANON) != 0};
}

}  // namespace escher
