#include "process/process_table.hpp"

#include "model/signals.hpp"
#include "model/windows/native.hpp"

namespace escher {
namespace {

using windows::UniqueHandle;

// In units of 100 ns since 1601.
std::uint64_t value_of(const FILETIME& time) {
  return (std::uint64_t{time.dwHighDateTime} << 32U) | time.dwLowDateTime;
}

std::uint64_t start_time_of(HANDLE process) {
  FILETIME created, exited, kernel, user;
  if (::GetProcessTimes(process, &created, &exited, &kernel, &user) == 0) return 0;
  return value_of(created);
}

UniqueHandle open_member(const TreeMember& member, DWORD access) {
  UniqueHandle process(::OpenProcess(access | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE,
                                     FALSE, static_cast<DWORD>(member.pid)));
  // The handle keeps the number from being used again.
  if (process && start_time_of(process.get()) != member.started) process.reset();
  return process;
}

bool is_running(const UniqueHandle& process) {
  return process && ::WaitForSingleObject(process.get(), 0) == WAIT_TIMEOUT;
}

}  // namespace

// The tree of an execution is its job, so no table must be searched.
std::optional<std::vector<ProcessEntry>> read_processes(const Marker&, std::uint64_t) {
  return std::nullopt;
}
class Newcomers::Impl {};
Newcomers::Newcomers(const Marker&, std::uint64_t) {}
Newcomers::~Newcomers() = default;
std::optional<ProcessEntry> Newcomers::next() { return std::nullopt; }

std::uint64_t start_time_of(int pid) {
  const UniqueHandle process(
      ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)));
  return process ? start_time_of(process.get()) : 0;
}

std::uint64_t own_start_time() { return start_time_of(::GetCurrentProcess()); }

std::uint64_t current_tick() {
  FILETIME now;
  ::GetSystemTimeAsFileTime(&now);
  return value_of(now);
}

bool lives(const TreeMember& member) { return is_running(open_member(member, 0)); }

bool signal_process(const TreeMember& member, int signal) {
  if (signal != SIGKILL) return false;
  const UniqueHandle process = open_member(member, PROCESS_TERMINATE);
  return is_running(process) && ::TerminateProcess(process.get(), 1) != 0;
}

// A nested engine does not see its execution: the jobs of its host hold its processes too.
std::string own_marker() { return {}; }

}  // namespace escher
