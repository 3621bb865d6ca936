// The end reaches the whole process group, and takes its time only while somebody lives.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/engine_test.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

using EngineTree = EngineTest;

constexpr Millis kShortGrace{100};

TEST_F(EngineTree, ThatIgnoresTheSignalIsKilledAfterTheGracePeriod) {
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

TEST_F(EngineTree, ThatTakesTheSignalEndsWithoutAKill) {
  start();  // a kill never comes
  const auto job = submit(puppet({"obedient-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
  grandchild.wait_gone();
}

TEST_F(EngineTree, WhoseLeaderDiesFirstHasTheRestOfTheGracePeriod) {
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

TEST_F(EngineTree, WithoutAKillTheLastMemberIsWaitedFor) {
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

TEST_F(EngineTree, IsLeftAloneWhenItsLeaderEndsByItself) {
  config.drain_grace = Millis(0);
  start();
  const auto job = submit(puppet({"hold-pipe", "0"}));
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_TRUE(grandchild.lives());
}

TEST_F(EngineTree, AStoppedChildIsWokenToTakeTheSignal) {
  start();  // a kill never comes
  const auto job = submit(puppet({"stop"}));
  wait_stopped(wait_started(job).pid);
  EXPECT_EQ(engine->status(job.id), Status::running);
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGTERM);
}

TEST_F(EngineTree, AStoppedChildThatIgnoresTheSignalIsKilled) {
  start();
  auto request = puppet({"stop", "ignoring-term"});
  request.force_kill_after = kShortGrace;
  const auto job = submit(std::move(request));
  wait_stopped(wait_started(job).pid);
  cancel(job);
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGKILL);
}

// Where nobody reaps orphans, as under a program that is the first process of a container, the
// members of the group stay zombies. They must not be waited for.
TEST_F(EngineTree, OrphansThatNobodyReapsHoldNothingUp) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    start();  // a kill never comes
    const auto job = submit(puppet({"obedient-tree"}));
    wait_pid(job);
    cancel(job);
    const auto result = wait_finished(job);
    channel.tell(std::string(to_string(result->status)));
    engine->abort(kHangGuard);
    engine->join();
    return 0;
  });
  EXPECT_EQ(host.read_line(), "cancelled");
  EXPECT_EQ(host.wait(), 0);
}

}  // namespace
}  // namespace escher::test
