#include "process/child_process.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "process/posix/child_process_impl.hpp"
#include "process/posix/process_group.hpp"

#if defined(__linux__) && !defined(SYS_pidfd_send_signal)
#define SYS_pidfd_send_signal 424
#endif

namespace escher {
namespace {

Millis to_millis(const timeval& time) {
  return Millis(static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3);
}

ChildProcess::Ended describe(int status, const rusage& usage) {
  ChildProcess::Ended ended;
  if (WIFEXITED(status)) ended.status.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.status.signal = WTERMSIG(status);
  ended.usage.user_cpu = to_millis(usage.ru_utime);
  ended.usage.system_cpu = to_millis(usage.ru_stime);
#if defined(__APPLE__)
  constexpr std::uint64_t kUnit = 1;
#else
  constexpr std::uint64_t kUnit = 1024;
#endif
  ended.usage.max_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * kUnit;
  return ended;
}

}  // namespace

ChildProcess::Impl::Impl(const Strand& strand, pid_t pid, UniqueFd pidfd, Guard::Session session)
    : strand_(strand), pid_(pid), pidfd_(strand), session_(std::move(session)) {
  if (!pidfd) return;
  pidfd_.assign(pidfd.get());
  static_cast<void>(pidfd.release());
}

ChildProcess::Impl::~Impl() {
  if (waiter_.joinable()) waiter_.detach();
}

void ChildProcess::Impl::async_wait_exit(std::function<void()> handler) {
  if (pidfd_.is_open()) {
    wait_on_pidfd(std::move(handler));
  } else {
    wait_on_thread(std::move(handler));
  }
}

// A zombie is left by WNOWAIT. Never blocks: a pidfd may become readable without an exit, under a
// debugger for example.
bool ChildProcess::Impl::has_exited() const {
  siginfo_t info = {};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return errno != EINTR;
  }
  return info.si_pid == pid_;
}

void ChildProcess::Impl::wait_on_pidfd(std::function<void()> handler) {
  pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                    [self = shared_from_this(),
                     handler = std::move(handler)](const boost::system::error_code& error) mutable {
                      if (error) return;
                      if (!self->has_exited()) return self->wait_on_pidfd(std::move(handler));
                      handler();
                    });
}

// macOS, and Linux before 5.3.
void ChildProcess::Impl::wait_on_thread(std::function<void()> handler) {
  waiter_ = std::thread([self = shared_from_this(), handler = std::move(handler)]() mutable {
    siginfo_t info = {};
    while (::waitid(P_PID, static_cast<id_t>(self->pid_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    const Strand strand = self->strand_;
    boost::asio::post(strand,
                      [self = std::move(self), handler = std::move(handler)] { handler(); });
  });
}

// Linux 6.9. Holds on to the group itself, whatever becomes of its number: so it is right even
// after the reap.
std::optional<bool> ChildProcess::Impl::signal_group_by_pidfd([[maybe_unused]] int signal) {
#if defined(__linux__)
  constexpr unsigned kProcessGroup = 1U << 2;  // PIDFD_SIGNAL_PROCESS_GROUP
  if (!pidfd_.is_open()) return std::nullopt;
  if (::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), signal, nullptr, kProcessGroup) ==
      0) {
    return true;
  }
  // EPERM: somebody is there, of another user.
  if (errno == ESRCH) return false;
  if (errno == EPERM) return true;
#endif
  return std::nullopt;
}

bool ChildProcess::Impl::signal_tree(int signal) {
  if (const auto sent = signal_group_by_pidfd(signal)) return *sent;
  // By number only while the zombie, or the process, holds the number.
  if (ended_) return false;
  return ::kill(-pid_, signal) == 0 || errno == EPERM;
}

bool ChildProcess::Impl::tree_alive() {
  // The zombie counts as a member of its group for the kernel, so it is reaped before asking.
  if (signal_group_by_pidfd(0)) {
    reap();
    // Orphans count even as zombies, and where nobody reaps them, as under many a first process of
    // a container, they stay: only the process table tells them from the living.
    return signal_group_by_pidfd(0).value_or(false) && posix::group_has_live_member(pid_);
  }
  return posix::group_has_live_member(pid_);
}

ChildProcess::Ended ChildProcess::Impl::reap() {
  if (ended_) return *ended_;
  session_ = Guard::Session();
  int status = 0;
  rusage usage = {};
  pid_t reaped = 0;
  do {
    reaped = ::wait4(pid_, &status, 0, &usage);
  } while (reaped < 0 && errno == EINTR);
  // ECHILD: somebody else in this process reaped our child (`waitpid(-1)`); nothing is known then.
  ended_ = reaped == pid_ ? describe(status, usage) : Ended{};
  return *ended_;
}

ChildProcess::ChildProcess(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;

int ChildProcess::pid() const { return impl_->pid(); }
void ChildProcess::async_wait_exit(std::function<void()> handler) {
  impl_->async_wait_exit(std::move(handler));
}
bool ChildProcess::signal_tree(int signal) { return impl_->signal_tree(signal); }
bool ChildProcess::tree_alive() { return impl_->tree_alive(); }
ChildProcess::Ended ChildProcess::reap() { return impl_->reap(); }

}  // namespace escher
