#include "process/windows/job.hpp"

#include <cstring>

namespace escher::windows {
namespace {

// As of a process that Node.js has ended.
constexpr UINT kExitCode = 1;
constexpr std::uint64_t kTicksPerSecond = 10'000'000;  // of 100 ns
constexpr double kTicksPerMilli = 10'000.0;

JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting_of(HANDLE job) {
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {};
  ::QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                              sizeof accounting, nullptr);
  return accounting;
}

Millis to_millis(const LARGE_INTEGER& ticks) {
  return Millis(static_cast<double>(ticks.QuadPart) / kTicksPerMilli);
}

}  // namespace

Result<std::shared_ptr<Job>> Job::create(bool outlives_host) {
  UniqueHandle handle(::CreateJobObjectW(nullptr, nullptr));
  if (!handle) return errors::spawn_failed(last_errno(), "CreateJobObject", {});
  auto job = std::make_shared<Job>(std::move(handle), outlives_host);
  if (auto set = job->set_limits({}); !set) return set.error();
  return job;
}

Result<void> Job::set_limits(const JobLimits& limits) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION all = {};
  auto& basic = all.BasicLimitInformation;
  if (!outlives_host_) basic.LimitFlags |= JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  // No window asks whether to debug a process that has crashed.
  basic.LimitFlags |= JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  if (limits.memory) {
    basic.LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
    all.JobMemoryLimit = static_cast<SIZE_T>(*limits.memory);
  }
  if (limits.processes) {
    basic.LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    basic.ActiveProcessLimit = static_cast<DWORD>(*limits.processes);
  }
  if (limits.cpu_seconds) {
    basic.LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_TIME;
    basic.PerProcessUserTimeLimit.QuadPart =
        static_cast<LONGLONG>(*limits.cpu_seconds * kTicksPerSecond);
  }
  if (::SetInformationJobObject(handle_.get(), JobObjectExtendedLimitInformation, &all,
                                sizeof all) != 0) {
    return {};
  }
  return errors::spawn_failed(last_errno(), "SetInformationJobObject", {});
}

bool Job::terminate() {
  const bool had_members = active() > 0;
  return ::TerminateJobObject(handle_.get(), kExitCode) != 0 && had_members;
}

std::size_t Job::active() const { return accounting_of(handle_.get()).ActiveProcesses; }

std::vector<int> Job::members() const {
  struct {
    JOBOBJECT_BASIC_PROCESS_ID_LIST head;
    ULONG_PTR more[1023];
  } list = {};
  // With more members than that the list is cut, and still valid.
  ::QueryInformationJobObject(handle_.get(), JobObjectBasicProcessIdList, &list, sizeof list,
                              nullptr);
  const ULONG_PTR* const first = &list.head.ProcessIdList[0];
  std::vector<int> members;
  for (DWORD i = 0; i < list.head.NumberOfProcessIdsInList; ++i) {
    members.push_back(static_cast<int>(first[i]));
  }
  return members;
}

void Job::add_times(ResourceUsage& usage) const {
  const auto accounting = accounting_of(handle_.get());
  usage.user_cpu = to_millis(accounting.TotalUserTime);
  usage.system_cpu = to_millis(accounting.TotalKernelTime);
}

}  // namespace escher::windows
