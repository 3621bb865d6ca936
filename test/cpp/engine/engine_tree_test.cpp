// Ending a process tree. Every descendant gets the signal, and the grace period lasts only while
// one of them lives.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "support/engine_test.hpp"
#include "support/helper_process.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

using EngineTree = EngineTest;

constexpr Millis kShortGrace{100};

TEST_F(EngineTree, IsKilledAfterTheGracePeriodIfItIgnoresTheSignal) {
  start();
  auto request = puppet({"stubborn-tree"});
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  const ProcessWatch grandchild(wait_pid(job));
  cancel(job);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.signal, SIGKILL);
  EXPECT_GE(result->duration, kShortGrace);
  grandchild.wait_gone();
}

TEST_F(EngineTree, EndsWithoutSigkillIfItObeysTheSignal) {
  start();  // with an infinite grace period
  const auto job = submit(puppet({"obedient-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
  grandchild.wait_gone();
}

TEST_F(EngineTree, HasTheGracePeriodAfterItsLeaderExits) {
  start();
  auto request = puppet({"stubborn-member"});
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  const ProcessWatch member(wait_pid(job));
  cancel(job);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.signal, SIGTERM);
  EXPECT_GE(result->duration, kShortGrace);
  member.wait_gone();
}

TEST_F(EngineTree, ExecutionRunsUntilTheLastMemberExits) {
  start();
  const auto job = submit(puppet({"stubborn-member"}));
  const ProcessWatch leader(wait_started(job).pid);
  const ProcessWatch member(wait_pid(job));
  cancel(job);
  leader.wait_gone();
  EXPECT_EQ(engine->status(job.id), Status::running);
  EXPECT_TRUE(member.lives());
  member.signal(SIGKILL);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
}

TEST_F(EngineTree, IsNotSignalledWhenItsLeaderExitsByItself) {
  config.drain_grace = Millis(0);
  start();
  const auto job = submit(puppet({"hold-pipe", "0"}));
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_TRUE(grandchild.lives());
}

TEST_F(EngineTree, StoppedChildIsContinuedAndObeysTheSignal) {
  start();  // with an infinite grace period
  const auto job = submit(puppet({"stop"}));
  wait_stopped(wait_started(job).pid);
  EXPECT_EQ(engine->status(job.id), Status::running);
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
}

TEST_F(EngineTree, StoppedChildThatIgnoresTheSignalIsKilled) {
  start();
  auto request = puppet({"stop", "ignoring-term"});
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  wait_stopped(wait_started(job).pid);
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGKILL);
}

// ---- Descendants outside the process group.

TEST_F(EngineTree, DescendantInItsOwnSessionGetsTheSignal) {
  start();  // with an infinite grace period
  const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
  const ProcessWatch escaper(wait_pid(job));
  cancel(job);
  const auto result = wait_finished(job);
  escaper.wait_gone();
  ASSERT_TRUE(result->termination);
  EXPECT_EQ(result->termination->reason, TerminationReason::cancel);
  EXPECT_EQ(result->termination->signals, std::vector<int>{SIGTERM});
  EXPECT_EQ(result->termination->survivors, std::vector<int>{});
}

TEST_F(EngineTree, DaemonIsFoundByItsMarker) {
  start();  // with an infinite grace period
  // Its pipe is closed, so nothing but the environment ties it to the execution.
  const auto job =
      submit(shell("(setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &); exec sleep 1000"));
  const ProcessWatch daemon(wait_pid(job));
  cancel(job);
  wait_finished(job);
  daemon.wait_gone();
}

TEST_F(EngineTree, DaemonWithoutFirstThreadIsEnded) {
  start();  // a kill never comes
  const auto job = submit(fugitive({"headless-daemon"}));
  const ProcessWatch daemon(wait_pid(job));
  ASSERT_EQ(state_of(daemon.pid()), 'Z');
  cancel(job);
  const auto result = wait_finished(job);
  daemon.wait_gone();
  EXPECT_EQ(result->termination->survivors, std::vector<int>{});
}

TEST_F(EngineTree, CommandWithoutFirstThreadIsEnded) {
  start();  // a kill never comes
  const auto job = submit(fugitive({"headless"}));
  ASSERT_EQ(state_of(wait_pid(job)), 'Z');
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
}

TEST_F(EngineTree, DescendantInItsOwnSessionIsKilledAfterTheGracePeriod) {
  start();
  auto request =
      shell("setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' & wait");
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  const ProcessWatch escaper(wait_pid(job));
  cancel(job);
  const auto result = wait_finished(job);
  escaper.wait_gone();
  EXPECT_EQ(result->exit.signal, SIGTERM);
  ASSERT_TRUE(result->termination);
  EXPECT_EQ(result->termination->signals, (std::vector<int>{SIGTERM, SIGKILL}));
  EXPECT_GE(result->duration, kShortGrace);
}

TEST_F(EngineTree, DescendantWithoutEnvironmentIsFoundByItsSession) {
  start();
  auto request = shell(
      "(env -i sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' &); exec sleep 1000");
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  const ProcessWatch bare(wait_pid(job));
  cancel(job);
  wait_finished(job);
  bare.wait_gone();
}

// In its own session, only its parent identifies it. The engine reads the process table before the
// signal, which ends the parent.
TEST_F(EngineTree, DescendantWithoutEnvironmentInItsOwnSessionIsFoundByItsParent) {
  start();  // with an infinite grace period
  const auto job = submit(shell("env -i setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & wait"));
  const ProcessWatch escaper(wait_pid(job));
  cancel(job);
  wait_finished(job);
  escaper.wait_gone();
}

TEST_F(EngineTree, EveryMemberGetsTheSignalOnce) {
  start();
  auto request = shell(
      "setsid sh -c 'trap \"echo term\" TERM; echo $$ >&2; while :; do sleep 0.01; done' & "
      "trap '' TERM; wait; wait");
  request.force_kill_after = Millis(300);
  const auto job = submit(std::move(request));
  wait_pid(job, Stream::err);
  cancel(job);
  wait_finished(job);
  EXPECT_EQ(kept(job), "term\n");
}

TEST_F(EngineTree, ProcessesOfOtherExecutionsAreNotSignalled) {
  start();
  const auto other = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
  const ProcessWatch unrelated(wait_pid(other));
  const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
  wait_pid(job);
  cancel(job);
  wait_finished(job);
  EXPECT_TRUE(unrelated.lives());
  EXPECT_EQ(engine->status(other.id), Status::running);
}

// Keeps a process in a state in which SIGKILL does not end it, like a device that does not respond.
class Freezer {
 public:
  Freezer() : group_("/sys/fs/cgroup/freezer/escher-test-" + std::to_string(::getpid())) {
    std::error_code error;
    std::filesystem::create_directory(group_, error);
    usable_ = !error;
  }
  ~Freezer() {
    set("freezer.state", "THAWED");
    std::error_code ignored;
    std::filesystem::remove(group_, ignored);
  }
  explicit operator bool() const { return usable_; }
  void freeze(pid_t pid) const {
    set("cgroup.procs", std::to_string(pid));
    set("freezer.state", "FROZEN");
  }
  void thaw() const { set("freezer.state", "THAWED"); }

 private:
  void set(const char* file, const std::string& value) const {
    std::ofstream(group_ / file) << value;
  }
  const std::filesystem::path group_;
  bool usable_ = false;
};

TEST_F(EngineTree, UnkillableProcessIsASurvivorAndReapedWhenItExits) {
  const Freezer freezer;
  if (!freezer) GTEST_SKIP() << "needs root, and the freezer of cgroup v1";
  start();
  auto request = puppet({"sleep"});
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  const pid_t pid = wait_started(job).pid;
  freezer.freeze(pid);
  cancel(job);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.code, std::nullopt);
  EXPECT_EQ(result->exit.signal, std::nullopt);
  ASSERT_TRUE(result->termination);
  EXPECT_EQ(result->termination->survivors, std::vector<int>{pid});
  EXPECT_TRUE(result->output_incomplete);
  freezer.thaw();
  look_until("the reaping", [] { return own_children().empty(); });
}

TEST_F(EngineTree, ExecutionThatEndsByItselfHasNoTermination) {
  start();
  EXPECT_FALSE(run(shell("exit 3"))->termination);
}

// If no process reaps orphans, for example in a container whose PID 1 does not, members of the
// group stay zombies. The engine must not wait for them.
TEST_F(EngineTree, UnreapedOrphansDoNotDelayTheEnd) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    start();  // with an infinite grace period
    const auto job = submit(puppet({"obedient-tree"}));
    wait_pid(job);
    cancel(job);
    const auto result = wait_finished(job);
    channel.send(std::string(to_string(result->status)));
    engine->abort(kHangGuard);
    engine->join();
    return 0;
  });
  EXPECT_EQ(host.read_line(), "cancelled");
  EXPECT_EQ(host.wait(), 0);
}

}  // namespace
}  // namespace escher::test
