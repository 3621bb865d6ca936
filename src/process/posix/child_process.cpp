#include "process/child_process.hpp"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include "process/darwin/exit_watch.hpp"
#endif

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <thread>

#include "process/boost_process.hpp"
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
  // wait4 without WUNTRACED reports the end only.
  const int result = v2::evaluate_exit_code(status);
  if (WIFSIGNALED(status)) {
    ended.status.signal = result;
  } else {
    ended.status.code = result;
  }
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

class ChildProcess::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, pid_t pid, int pidfd, Watchdog::Session session)
      : strand_(strand), pid_(pid), pidfd_(strand), session_(std::move(session)) {
    if (pidfd >= 0) pidfd_.assign(pidfd);
  }
  ~Impl() {
    if (waiter_.joinable()) waiter_.detach();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  pid_t pid() const { return pid_; }

  void async_wait_exit(std::function<void()> handler) {
    if (pidfd_.is_open()) {
      wait_on_pidfd(std::move(handler));
    } else {
      wait_on_thread(std::move(handler));
    }
  }

  bool signal_group(int signal) {
    const auto sent = signal_group_by_pidfd(signal);
    if (sent != Sent::unknown) return sent == Sent::yes;
    // The process, or its zombie, holds the number until it is reaped.
    return !ended_ && ::kill(-pid_, signal) == 0;
  }

  // A zombie accepts every signal and receives none.
  bool signal(int signal) { return !ended_ && !has_exited() && ::kill(pid_, signal) == 0; }

  bool group_alive() {
    // The kernel counts the zombie as a member of its group, so it is reaped before the question.
    if (signal_group_by_pidfd(0) != Sent::unknown) {
      reap();
      // Orphans that are zombies count too, and remain where no process reaps them, as under the
      // first process of many containers. Only the process table shows which members live.
      if (signal_group_by_pidfd(0) == Sent::no) return false;
    }
    return posix::group_has_live_member(pid_);
  }

  Ended reap() {
    if (ended_) return *ended_;
    session_ = Watchdog::Session();
    int status = 0;
    rusage usage = {};
    pid_t reaped = 0;
    do {
      reaped = ::wait4(pid_, &status, 0, &usage);
    } while (reaped < 0 && errno == EINTR);
    // ECHILD: other code in this process reaped the child (`waitpid(-1)`). Its status is unknown.
    ended_ = reaped == pid_ ? describe(status, usage) : Ended{};
    return *ended_;
  }

 private:
  // WNOWAIT leaves the zombie. WNOHANG: a pidfd may become readable without an exit, for example
  // under a debugger, and the io thread must not block.
  bool has_exited() const {
    siginfo_t info = {};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
      return errno != EINTR;
    }
    return info.si_pid == pid_;
  }

  // After the descriptor became readable.
  bool has_reported() {
#if defined(__APPLE__)
    if (!posix::take_exit(pidfd_.native_handle())) return false;
    wait_for_zombie();
    return true;
#else
    return has_exited();
#endif
  }

  void wait_for_zombie() const {
    siginfo_t info = {};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
  }

  void wait_on_pidfd(std::function<void()> handler) {
    pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                      [self = shared_from_this(), handler = std::move(handler)](
                          const boost::system::error_code& error) mutable {
                        if (error) return;
                        if (!self->has_reported()) return self->wait_on_pidfd(std::move(handler));
                        handler();
                      });
  }

  // Linux before 5.3, some sandboxes, and macOS if there is no kqueue for it.
  void wait_on_thread(std::function<void()> handler) {
    waiter_ = std::thread([self = shared_from_this(), handler = std::move(handler)]() mutable {
      self->wait_for_zombie();
      const Strand strand = self->strand_;
      boost::asio::post(strand,
                        [self = std::move(self), handler = std::move(handler)] { handler(); });
    });
  }

  // `unknown`: this kernel cannot, or it refused. The members may belong to another user, but a
  // sandbox refuses a system call with the same error.
  enum class Sent { no, yes, unknown };

  // Linux 6.9. The pidfd refers to the group itself and not to its number, so it is safe even after
  // the reap.
  Sent signal_group_by_pidfd([[maybe_unused]] int signal) {
#if defined(__linux__)
    constexpr unsigned kProcessGroup = 1U << 2;  // PIDFD_SIGNAL_PROCESS_GROUP
    if (!pidfd_.is_open()) return Sent::unknown;
    if (::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), signal, nullptr, kProcessGroup) ==
        0) {
      return Sent::yes;
    }
    if (errno == ESRCH) return Sent::no;
#endif
    return Sent::unknown;
  }

  Strand strand_;
  pid_t pid_;
  boost::asio::posix::basic_stream_descriptor<Strand> pidfd_;
  std::thread waiter_;
  std::optional<Ended> ended_;
  // Registered until the number is released.
  Watchdog::Session session_;
};

ChildProcess::ChildProcess(const Strand& strand, int pid, std::intptr_t native_handle,
                           Watchdog::Session session)
    : impl_(std::make_shared<Impl>(strand, pid, static_cast<int>(native_handle),
                                   std::move(session))) {}
ChildProcess::~ChildProcess() = default;
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;

int ChildProcess::pid() const { return impl_->pid(); }
void ChildProcess::async_wait_exit(std::function<void()> handler) {
  impl_->async_wait_exit(std::move(handler));
}
bool ChildProcess::signal_group(int signal) { return impl_->signal_group(signal); }
bool ChildProcess::signal(int signal) { return impl_->signal(signal); }
bool ChildProcess::group_alive() { return impl_->group_alive(); }
ChildProcess::Ended ChildProcess::reap() { return impl_->reap(); }

}  // namespace escher
