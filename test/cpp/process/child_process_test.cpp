// ChildProcess: its exit, its signals and its group, with a pidfd and without one.
#include "process/child_process.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "support/process_rig.hpp"

namespace escher::test {
namespace {

// Both ways to wait must behave the same.
enum class Way { pidfd, thread };

class ChildProcessTest : public ProcessRig, public testing::WithParamInterface<Way> {
 protected:
  struct Child {
    ChildProcess process;
    OutputPipe out;
  };

  // Without a pidfd, another ChildProcess represents the process. The destructor of the launched
  // one has no effect on it.
  Child launch_child(std::vector<std::string> arguments) {
    auto command = launch_puppet(std::move(arguments));
    if (GetParam() == Way::pidfd) return {std::move(command.process), std::move(command.out)};
    return {ChildProcess(strand, command.process.pid(), -1), std::move(command.out)};
  }

  Child launch_and_read_line(std::vector<std::string> arguments, std::string* line = nullptr) {
    auto child = launch_child(std::move(arguments));
    const auto text = read_line(child.out, std::make_shared<Collector>());
    if (line != nullptr) *line = text;
    return child;
  }

  void wait_exit(ChildProcess& process) {
    bool exited = false;
    process.async_wait_exit([&] { exited = true; });
    run_until("the exit", [&] { return exited; });
  }
};

TEST_P(ChildProcessTest, ReportsTheExitCode) {
  auto child = launch_child({"exit", "42"});
  const auto ended = wait_and_reap(child.process);
  EXPECT_EQ(ended.status.code, 42);
  EXPECT_EQ(ended.status.signal, std::nullopt);
}

TEST_P(ChildProcessTest, ReportsTheSignal) {
  auto child = launch_child({"die", std::to_string(SIGKILL)});
  const auto ended = wait_and_reap(child.process);
  EXPECT_EQ(ended.status.code, std::nullopt);
  EXPECT_EQ(ended.status.signal, SIGKILL);
}

TEST_P(ChildProcessTest, ReportsTheResourceUsage) {
  auto child = launch_child({"burn", "100", "32"});
  const auto usage = wait_and_reap(child.process).usage;
  EXPECT_GE((usage.user_cpu + usage.system_cpu).count(), 90);
  EXPECT_GE(usage.max_rss_bytes, 32U << 20);
}

TEST_P(ChildProcessTest, IsAZombieUntilItIsReaped) {
  auto child = launch_child({"exit", "3"});
  wait_exit(child.process);
  EXPECT_EQ(state_of(child.process.pid()), 'Z');
  EXPECT_EQ(child.process.reap().status.code, 3);
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  // A second reap returns the same status.
  EXPECT_EQ(child.process.reap().status.code, 3);
}

TEST_P(ChildProcessTest, StopIsNotAnExit) {
  auto child = launch_child({"stop"});
  bool exited = false;
  child.process.async_wait_exit([&] { exited = true; });
  wait_stopped(child.process.pid());
  run_ready();
  EXPECT_FALSE(exited);
  EXPECT_TRUE(child.process.signal_group(SIGKILL));
  run_until("the exit", [&] { return exited; });
  EXPECT_EQ(child.process.reap().status.signal, SIGKILL);
}

TEST_P(ChildProcessTest, SignalsReachTheWholeGroup) {
  std::string line;
  auto child = launch_and_read_line({"obedient-tree"}, &line);
  const ProcessWatch member(std::stoi(line));
  EXPECT_TRUE(child.process.signal_group(SIGTERM));
  EXPECT_EQ(wait_and_reap(child.process).status.signal, SIGTERM);
  member.wait_gone();
}

TEST_P(ChildProcessTest, SendsNoSignalAfterTheReap) {
  auto child = launch_child({"exit", "0"});
  wait_and_reap(child.process);
  EXPECT_FALSE(child.process.signal_group(0));
  EXPECT_FALSE(child.process.signal_group(SIGKILL));
}

TEST_P(ChildProcessTest, GroupEndsWithItsOnlyProcess) {
  auto child = launch_and_read_line({"sleep"});
  child.process.signal_group(SIGTERM);
  wait_exit(child.process);
  EXPECT_FALSE(child.process.group_alive());
  EXPECT_EQ(child.process.reap().status.signal, SIGTERM);
}

TEST_P(ChildProcessTest, GroupLivesWhileAMemberSurvivesTheLeader) {
  std::string line;
  auto child = launch_and_read_line({"stubborn-member"}, &line);
  const ProcessWatch member(std::stoi(line));
  child.process.signal_group(SIGTERM);
  wait_exit(child.process);
  EXPECT_TRUE(child.process.group_alive());
  EXPECT_TRUE(child.process.signal_group(SIGKILL));
  member.wait_gone();
  look_until("the end of the group", [&] { return !child.process.group_alive(); });
  EXPECT_EQ(child.process.reap().status.signal, SIGTERM);
}

INSTANTIATE_TEST_SUITE_P(Ways, ChildProcessTest, testing::Values(Way::pidfd, Way::thread),
                         [](const auto& parameter) {
                           return parameter.param == Way::pidfd ? "Pidfd" : "Thread";
                         });

using ChildProcessWithoutPidfd = ProcessRig;

// The number of a group is certain only until its leader is reaped.
TEST_F(ChildProcessWithoutPidfd, SendsNoSignalAfterTheReapEvenIfTheGroupLives) {
  auto command = launch_puppet({"stubborn-member"});
  ChildProcess process(strand, command.process.pid(), -1);
  const ProcessWatch member(std::stoi(read_line(command.out, std::make_shared<Collector>())));
  process.signal_group(SIGTERM);
  wait_and_reap(process);
  EXPECT_FALSE(process.signal_group(SIGKILL));
  EXPECT_TRUE(member.lives());
}

}  // namespace
}  // namespace escher::test
