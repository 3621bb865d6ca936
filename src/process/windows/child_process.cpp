#include "process/child_process.hpp"

#include <psapi.h>

#include <boost/asio/post.hpp>
#include <boost/asio/windows/basic_object_handle.hpp>
#include <optional>

#include "model/signals.hpp"
#include "process/windows/console_signals.hpp"
#include "process/windows/job.hpp"

namespace escher {

// Not basic_process::async_wait, which never completes for a process that exits with 259.
class ChildProcess::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, int pid, HANDLE process, std::shared_ptr<windows::Job> job)
      : pid_(pid), process_(strand, process), job_(std::move(job)) {}

  int pid() const { return pid_; }

  void async_wait_exit(std::function<void()> handler) {
    process_.async_wait([self = shared_from_this(),
                         handler = std::move(handler)](const boost::system::error_code& error) {
      if (!error) handler();
    });
  }

  bool signal_group(int signal) {
    if (ended_) return false;
    if (signal == SIGKILL) return job_->terminate();
    if (signal == 0) return job_->active() > 0;
    return send_by_console(signal);
  }

  bool signal(int signal) {
    if (ended_ || has_exited()) return false;
    if (signal == 0) return true;
    if (signal == SIGKILL) return ::TerminateProcess(handle(), 1) != 0;
    // A console reaches all its processes, never one alone.
    return send_by_console(signal);
  }

  bool group_alive() { return job_->active() > 0; }

  Ended reap() {
    if (ended_) return *ended_;
    ended_.emplace();
    DWORD code = 0;
    if (::GetExitCodeProcess(handle(), &code) != 0) ended_->status.code = code;
    job_->add_times(ended_->usage);
    PROCESS_MEMORY_COUNTERS memory = {};
    if (::K32GetProcessMemoryInfo(handle(), &memory, sizeof memory) != 0) {
      ended_->usage.max_rss_bytes = memory.PeakWorkingSetSize;
    }
    return *ended_;
  }

 private:
  HANDLE handle() { return process_.native_handle(); }
  bool has_exited() { return ::WaitForSingleObject(handle(), 0) == WAIT_OBJECT_0; }

  // The console of the leader may have been taken over by a descendant.
  bool send_by_console(int signal) {
    if (!has_exited()) return windows::send_console_signal(pid_, signal);
    for (const int member : job_->members()) {
      if (windows::send_console_signal(member, signal)) return true;
    }
    return false;
  }

  const int pid_;
  boost::asio::windows::basic_object_handle<Strand> process_;
  const std::shared_ptr<windows::Job> job_;
  std::optional<Ended> ended_;
};

ChildProcess::ChildProcess(const Strand& strand, int pid, std::intptr_t native_handle,
                           std::shared_ptr<windows::Job> job)
    : impl_(std::make_shared<Impl>(strand, pid, reinterpret_cast<HANDLE>(native_handle),
                                   std::move(job))) {}
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
