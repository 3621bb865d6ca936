#include "process/posix/pseudo_terminal.hpp"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <utility>

namespace escher::posix {
namespace {

// 0, 1 and 2 of the child, and of a host that has closed its own, must not be these.
UniqueFd above_stdio(UniqueFd fd) {
  if (!fd || fd.get() > 2) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

Result<UniqueFd> open_master() {
#if defined(__APPLE__)
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY));
  if (master) ::fcntl(master.get(), F_SETFD, FD_CLOEXEC);
#else
  UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
#endif
  if (!master) return errors::spawn_failed(errno, "posix_openpt", "/dev/ptmx");
  master = above_stdio(std::move(master));
  if (!master) return errors::spawn_failed(errno, "fcntl", {});
  if (::grantpt(master.get()) != 0) return errors::spawn_failed(errno, "grantpt", {});
  if (::unlockpt(master.get()) != 0) return errors::spawn_failed(errno, "unlockpt", {});
  return master;
}

Result<UniqueFd> open_by_name(int master) {
  char name[128];
#if defined(__APPLE__)
  if (::ioctl(master, TIOCPTYGNAME, name) != 0) return errors::spawn_failed(errno, "ptsname", {});
#else
  const int os_error = ::ptsname_r(master, name, sizeof name);
  if (os_error != 0) return errors::spawn_failed(os_error, "ptsname_r", {});
#endif
  UniqueFd slave(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) return errors::spawn_failed(errno, "open", name);
  return slave;
}

// From Linux 4.13 on without the name, which another mount of /dev/pts may give to another
// terminal.
Result<UniqueFd> open_slave(int master) {
#if defined(TIOCGPTPEER)
  UniqueFd peer(::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!peer && (errno == EMFILE || errno == ENFILE)) {
    return errors::spawn_failed(errno, "TIOCGPTPEER", {});
  }
  if (peer) return peer;
#endif
  return open_by_name(master);
}

// Erasing removes whole characters of UTF-8.
void expect_utf8([[maybe_unused]] int slave) {
#if defined(IUTF8)
  termios settings;
  if (::tcgetattr(slave, &settings) != 0) return;
  settings.c_iflag |= IUTF8;
  ::tcsetattr(slave, TCSANOW, &settings);
#endif
}

}  // namespace

bool set_size(int master, const TerminalSize& size) {
  winsize wanted = {};
  wanted.ws_col = static_cast<unsigned short>(size.cols);
  wanted.ws_row = static_cast<unsigned short>(size.rows);
  return ::ioctl(master, TIOCSWINSZ, &wanted) == 0;
}

std::uint64_t terminal_identity([[maybe_unused]] int master) {
#if defined(TIOCGPTN)
  unsigned number = 0;
  if (::ioctl(master, TIOCGPTN, &number) == 0) return kTerminalIdentity | number;
#endif
  return 0;
}

Result<StdioPipes> make_stdio_terminal(const TerminalOptions& options) {
  StdioPipes stdio;
  auto master = open_master();
  if (!master) return master.error();
  auto slave = open_slave(master->get());
  if (!slave) return slave.error();
  stdio.child_out = above_stdio(std::move(*slave));
  if (!stdio.child_out) return errors::spawn_failed(errno, "fcntl", {});
  expect_utf8(stdio.child_out.get());
  if (!set_size(master->get(), options.size())) {
    return errors::spawn_failed(errno, "TIOCSWINSZ", {});
  }
  stdio.out = std::move(*master);
  for (UniqueFd* copy : {&stdio.in, &stdio.terminal}) {
    copy->reset(::fcntl(stdio.out.get(), F_DUPFD_CLOEXEC, 3));
    if (!*copy) return errors::spawn_failed(errno, "fcntl", {});
  }
  for (int& fd : stdio.child_fds) fd = stdio.child_out.get();
  return stdio;
}

}  // namespace escher::posix
