#include "process/darwin/exit_watch.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>

namespace escher::posix {
namespace {

// An event that is there at once.
bool trigger(int watch) {
  struct kevent changes[2];
  EV_SET(&changes[0], 1, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, nullptr);
  EV_SET(&changes[1], 1, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
  return ::kevent(watch, changes, 2, nullptr, 0, nullptr) == 0;
}

}  // namespace

UniqueFd watch_exit(pid_t child) {
  UniqueFd watch(::kqueue());
  if (!watch) return watch;
  ::fcntl(watch.get(), F_SETFD, FD_CLOEXEC);
  struct kevent change;
  EV_SET(&change, static_cast<uintptr_t>(child), EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0,
         nullptr);
  if (::kevent(watch.get(), &change, 1, nullptr, 0, nullptr) == 0) return watch;
  // It has exited already.
  if (errno == ESRCH && trigger(watch.get())) return watch;
  return {};
}

bool take_exit(int watch) {
  struct kevent event;
  const timespec at_once = {};
  return ::kevent(watch, nullptr, 0, &event, 1, &at_once) == 1;
}

}  // namespace escher::posix
