// The process table as the engine reads it: real processes.
#include "process/process_table.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class ProcessTable : public ProcessRig {
 protected:
  void SetUp() override {
    marked.marker = marker.entry_for(id);
    command.emplace(launch_puppet({"sleep"}, marked));
  }
  void TearDown() override {
    command->process.signal_tree(SIGKILL);
    command->process.reap();
  }
  ProcessEntry entry() const {
    const auto processes = *read_processes(marker, 0);
    return *std::find_if(processes.begin(), processes.end(), [&](const ProcessEntry& process) {
      return process.pid == command->process.pid();
    });
  }
  TreeMember member() const { return {command->process.pid(), entry().started, 0, false}; }

  const Marker marker{""};
  const ExecutionId id = random_id();
  LaunchOptions marked;
  std::optional<LaunchedCommand> command;
};

TEST_F(ProcessTable, ShowsAProcessWithItsFamilyAndItsMarker) {
  const auto process = entry();
  EXPECT_EQ(process.parent, ::getpid());
  EXPECT_EQ(process.session, process.pid);
  EXPECT_EQ(process.group, process.pid);
  EXPECT_TRUE(process.lives);
  EXPECT_EQ(process.execution, format_id(id));
  EXPECT_EQ(process.started, start_time_of(process.pid));
}

TEST_F(ProcessTable, AMarkerOfAnotherEngineIsNotShown) {
  const auto processes = *read_processes(Marker(""), 0);
  EXPECT_TRUE(std::all_of(processes.begin(), processes.end(),
                          [](const ProcessEntry& process) { return process.execution.empty(); }));
}

TEST_F(ProcessTable, AMarkerBehindALargeEnvironmentIsFound) {
  Environment large = *own_environment();
  large.insert(large.begin(), "FILLER=" + std::string(100'000, 'x'));
  auto launched = launch(
      strand,
      {PUPPET_PATH, {"puppet", "sleep"}, std::make_shared<const Environment>(std::move(large))},
      marked);
  ASSERT_TRUE(launched);
  const auto processes = *read_processes(marker, 0);
  EXPECT_EQ(std::count_if(
                processes.begin(), processes.end(),
                [&](const ProcessEntry& process) { return process.execution == format_id(id); }),
            2);
  launched->process.signal_tree(SIGKILL);
  wait_and_reap(launched->process);
}

// execve lets the launcher go on before it has laid out the new memory. On busy processors the look
// comes into the middle of that.
TEST_F(ProcessTable, AMarkerIsFoundInTheMiddleOfAnExecve) {
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
    launched.process.signal_tree(SIGKILL);
    launched.process.reap();
  }
  busy = false;
  for (auto& thread : load) thread.join();
  EXPECT_EQ(unseen, 0);
}

TEST_F(ProcessTable, ASignalReachesTheProcess) {
  EXPECT_TRUE(signal_process(member(), SIGTERM));
  EXPECT_EQ(wait_and_reap(command->process).status.signal, SIGTERM);
}

TEST_F(ProcessTable, ASignalDoesNotReachWhoeverHasTheNumberNow) {
  auto other = member();
  --other.started;
  EXPECT_FALSE(signal_process(other, SIGKILL));
  EXPECT_FALSE(lives(other));
  EXPECT_TRUE(lives(member()));
}

TEST_F(ProcessTable, AZombieDoesNotLive) {
  const auto before = member();
  command->process.signal_tree(SIGKILL);
  bool exited = false;
  command->process.async_wait_exit([&] { exited = true; });
  run_until("the exit", [&] { return exited; });
  EXPECT_FALSE(lives(before));
  EXPECT_FALSE(entry().lives);
}

}  // namespace
}  // namespace escher::test
