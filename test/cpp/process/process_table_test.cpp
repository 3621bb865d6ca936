// read_processes() and signal_process() on real processes.
#include "process/process_table.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "support/helper_process.hpp"
#include "support/process_rig.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {
namespace {

class ProcessTable : public ProcessRig {
 protected:
  void SetUp() override {
    marked.marker = marker.entry_for(id);
    command.emplace(launch_puppet({"sleep"}, marked));
  }
  void TearDown() override {
    command->process.signal_group(SIGKILL);
    command->process.reap();
  }
  ProcessEntry entry_of(pid_t pid) const {
    const auto processes = *read_processes(marker, 0);
    return *std::find_if(processes.begin(), processes.end(),
                         [&](const ProcessEntry& process) { return process.pid == pid; });
  }
  ProcessEntry entry() const { return entry_of(command->process.pid()); }
  TreeMember member() const { return {command->process.pid(), entry().started, 0, false}; }

  const Marker marker{""};
  const ExecutionId id = random_id();
  LaunchOptions marked;
  std::optional<LaunchedCommand> command;
};

TEST_F(ProcessTable, ReadsTheParentTheGroupAndTheMarker) {
  const auto process = entry();
  EXPECT_EQ(process.parent, ::getpid());
  EXPECT_EQ(process.session, process.pid);
  EXPECT_EQ(process.group, process.pid);
  EXPECT_TRUE(process.lives);
  EXPECT_EQ(process.execution, format_id(id));
  EXPECT_EQ(process.started, start_time_of(process.pid));
}

TEST_F(ProcessTable, IgnoresMarkersOfOtherEngines) {
  const auto processes = *read_processes(Marker(""), 0);
  EXPECT_TRUE(std::all_of(processes.begin(), processes.end(),
                          [](const ProcessEntry& process) { return process.execution.empty(); }));
}

TEST_F(ProcessTable, FindsAMarkerAfterALargeEnvironment) {
  Environment large = *own_environment();
  large.insert(large.begin(), "FILLER=" + std::string(100'000, 'x'));
  auto launched = launch(
      strand,
      {kPuppetPath, {"puppet", "sleep"}, std::make_shared<const Environment>(std::move(large))},
      marked);
  ASSERT_TRUE(launched);
  const auto processes = *read_processes(marker, 0);
  EXPECT_EQ(std::count_if(
                processes.begin(), processes.end(),
                [&](const ProcessEntry& process) { return process.execution == format_id(id); }),
            2);
  launched->process.signal_group(SIGKILL);
  wait_and_reap(launched->process);
}

// execve lets the launcher continue before the new memory is complete. On busy processors, the read
// happens in between.
TEST_F(ProcessTable, FindsAMarkerDuringExecve) {
  std::atomic<bool> busy = true;
  std::vector<std::thread> load(4 * std::thread::hardware_concurrency());
  for (auto& thread : load) {
    thread = std::thread([&] {
      while (busy) continue;
    });
  }
  int unseen = 0;
  for (int i = 0; i < 50; ++i) {
    auto launched = launch_puppet({"sleep"}, marked);
    const auto processes = *read_processes(marker, 0);
    unseen += std::none_of(processes.begin(), processes.end(), [&](const ProcessEntry& process) {
      return process.pid == launched.process.pid() && process.execution == format_id(id);
    });
    launched.process.signal_group(SIGKILL);
    launched.process.reap();
  }
  busy = false;
  for (auto& thread : load) thread.join();
  EXPECT_EQ(unseen, 0);
}

// ---- The mark in the limits.

TEST_F(ProcessTable, ReadsTheMarkOfAProcessWithoutMarker) {
  LaunchOptions options;
  options.mark = marker.numbers_for(id);
  auto launched = launch_puppet({"sleep"}, options);
  const auto process = entry_of(launched.process.pid());
  EXPECT_EQ(process.execution, "");
  EXPECT_EQ(process.execution_number, limit_mark::number_of(format_id(id)));
  launched.process.signal_group(SIGKILL);
  wait_and_reap(launched.process);
}

TEST_F(ProcessTable, ReadsTheMarkerOfAProcessThatHasChangedItsSoftLimit) {
  LaunchOptions options = marked;
  options.mark = marker.numbers_for(id);
  auto launched = launch_puppet({"sleep"}, options);
  const pid_t pid = launched.process.pid();
  rlimit limit = {};
  ASSERT_EQ(::prlimit(pid, RLIMIT_RTTIME, nullptr, &limit), 0);
  limit.rlim_cur = 1'000'000'000;
  ASSERT_EQ(::prlimit(pid, RLIMIT_RTTIME, &limit, nullptr), 0);
  const auto process = entry_of(pid);
  EXPECT_EQ(process.execution, format_id(id));
  EXPECT_EQ(process.execution_number, limit_mark::kUnknownExecution);
  launched.process.signal_group(SIGKILL);
  wait_and_reap(launched.process);
}

TEST_F(ProcessTable, HasNoMarkOfAnotherEngine) {
  LaunchOptions options;
  options.mark = Marker("").numbers_for(id);
  auto launched = launch_puppet({"sleep"}, options);
  EXPECT_EQ(entry_of(launched.process.pid()).execution_number, 0U);
  launched.process.signal_group(SIGKILL);
  wait_and_reap(launched.process);
}

// In /proc such a process has the state of a zombie, no memory and no environment.
TEST_F(ProcessTable, ShowsAProcessWhoseFirstThreadHasEnded) {
  const auto collector = std::make_shared<Collector>();
  auto headless = launch_fugitive({"headless"}, marked);
  const pid_t pid = std::stoi(read_line(headless.out, collector));
  ASSERT_EQ(state_of(pid), 'Z');
  const auto process = entry_of(pid);
  EXPECT_TRUE(process.lives);
  EXPECT_EQ(process.execution, format_id(id));
  const TreeMember member{pid, process.started, 0, false};
  EXPECT_TRUE(lives(member));
  EXPECT_TRUE(signal_process(member, SIGTERM));
  EXPECT_EQ(wait_and_reap(headless.process).status.signal, SIGTERM);
}

TEST_F(ProcessTable, SignalReachesTheProcess) {
  EXPECT_TRUE(signal_process(member(), SIGTERM));
  EXPECT_EQ(wait_and_reap(command->process).status.signal, SIGTERM);
}

TEST_F(ProcessTable, SignalDoesNotReachAProcessThatReusedThePid) {
  auto other = member();
  --other.started;
  EXPECT_FALSE(signal_process(other, SIGKILL));
  EXPECT_FALSE(lives(other));
  EXPECT_TRUE(lives(member()));
}

TEST_F(ProcessTable, ZombieDoesNotLive) {
  const auto before = member();
  command->process.signal_group(SIGKILL);
  bool exited = false;
  command->process.async_wait_exit([&] { exited = true; });
  run_until("the exit", [&] { return exited; });
  EXPECT_FALSE(lives(before));
  EXPECT_FALSE(entry().lives);
}

TEST_F(ProcessTable, NewcomersAreProcessesThatWereStartedSince) {
  Newcomers newcomers(marker, 0);
  auto later = launch_puppet({"sleep"}, marked);
  bool has_earlier = false;
  std::optional<ProcessEntry> found;
  look_until("the newcomer", [&] {
    const auto process = newcomers.next();
    if (!process) return false;
    has_earlier |= process->pid == command->process.pid();
    if (process->pid == later.process.pid()) found = process;
    return found.has_value();
  });
  EXPECT_EQ(found->execution, format_id(id));
  EXPECT_FALSE(has_earlier);
  later.process.signal_group(SIGKILL);
  wait_and_reap(later.process);
}

// The first process of a PID namespace, with the /proc of the namespace above.
TEST(ForeignProcessTable, IsNotReadWhereItsNumbersAreThoseOfAnotherNamespace) {
  HelperProcess outer([](const HelperProcess::Channel&) {
    if (::unshare(CLONE_NEWPID) != 0) return 2;
    HelperProcess inner([](const HelperProcess::Channel&) {
      const Marker marker("");
      const bool is_read = read_processes(marker, 0).has_value() || start_time_of(::getpid()) != 0;
      return is_read || ::getpid() != 1 ? 1 : 0;
    });
    return inner.wait();
  });
  const int code = outer.wait();
  if (code == 2) GTEST_SKIP() << "a PID namespace needs root";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace escher::test
