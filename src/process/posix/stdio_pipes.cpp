#include "process/posix/stdio_pipes.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace escher::posix {
namespace {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<UniqueFd> above_stdio(UniqueFd fd) {
  if (fd.get() > 2) return fd;
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3);
  if (moved < 0) return errors::spawn_failed(errno, "fcntl", {});
  return UniqueFd(moved);
}

// Not Asio's create_pipe, which sets close-on-exec in a second call: a child that another thread
// launches in between would inherit the pipe.
Result<Pipe> make_pipe() {
  int ends[2];
#if defined(__APPLE__)
  if (::pipe(ends) != 0) return errors::spawn_failed(errno, "pipe", {});
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#else
  if (::pipe2(ends, O_CLOEXEC) != 0) return errors::spawn_failed(errno, "pipe2", {});
#endif
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  auto read = above_stdio(std::move(pipe.read));
  if (!read) return read.error();
  auto write = above_stdio(std::move(pipe.write));
  if (!write) return write.error();
  return Pipe{std::move(*read), std::move(*write)};
}

// Opened once for the spawn thread. The children share it: none of them can change it.
Result<int> null_device() {
  thread_local UniqueFd device;
  if (!device) {
    UniqueFd opened(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!opened) return errors::spawn_failed(errno, "open", "/dev/null");
    auto moved = above_stdio(std::move(opened));
    if (!moved) return moved.error();
    device = std::move(*moved);
  }
  return device.get();
}

}  // namespace

Result<StdioPipes> make_stdio_pipes(bool open_stdin, bool merge_stderr) {
  StdioPipes stdio;
  if (open_stdin) {
    auto in = make_pipe();
    if (!in) return in.error();
    stdio.child_in = std::move(in->read);
    stdio.in = std::move(in->write);
    stdio.child_fds[0] = stdio.child_in.get();
  } else {
    const auto device = null_device();
    if (!device) return device.error();
    stdio.child_fds[0] = *device;
  }
  auto out = make_pipe();
  if (!out) return out.error();
  stdio.child_out = std::move(out->write);
  stdio.out = std::move(out->read);
  stdio.child_fds[1] = stdio.child_fds[2] = stdio.child_out.get();
  if (!merge_stderr) {
    auto err = make_pipe();
    if (!err) return err.error();
    stdio.child_err = std::move(err->write);
    stdio.err = std::move(err->read);
    stdio.child_fds[2] = stdio.child_err.get();
  }
  return stdio;
}

}  // namespace escher::posix
