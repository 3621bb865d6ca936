// The user and the group of a command. They are skipped unless root runs
// them: other users may not change to another user.
#include <sys/prctl.h>
#include <unistd.h>

#include <string>

#include "support/engine_test.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {
namespace {

constexpr unsigned kNobody = 65'534;

class EngineUser : public EngineTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root may change the user";
    start();
  }
};

TEST_F(EngineUser, CommandHasTheUserAndTheGroupAndNoOthers) {
  auto request = shell("id -u; id -g; id -G; grep CapEff /proc/self/status");
  request.uid = kNobody;
  request.gid = 12'345;
  const auto job = submit(std::move(request));
  wait_finished(job);
  EXPECT_EQ(kept(job), "65534\n12345\n12345\nCapEff:\t0000000000000000\n");
}

TEST_F(EngineUser, FailedStepIsNamed) {
  auto request = puppet({"exit", "0"});
  request.uid = ~0U;
  auto error = run(std::move(request))->error;
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(error->syscall, "setuid");
  EXPECT_EQ(error->os_error, EINVAL);
  request = puppet({"exit", "0"});
  request.gid = ~0U;
  EXPECT_EQ(run(std::move(request))->error->syscall, "setgid");
}

// The descendant has called execve before its number is read: a shell loses a SIGTERM that its
// child gets between `fork` and `execve`.
TEST_F(EngineUser, TreeIsEnded) {
  auto request = shell(std::string("setsid ") + kPuppetPath + " obedient-tree & wait");
  request.uid = kNobody;
  const auto job = submit(std::move(request));
  const ProcessWatch descendant(wait_pid(job));
  ASSERT_TRUE(cancel(job).value());
  const auto result = wait_finished(job);
  EXPECT_TRUE(result->termination->survivors.empty());
  descendant.wait_gone();
}

TEST_F(EngineUser, HostStaysDumpable) {
  ASSERT_EQ(::prctl(PR_GET_DUMPABLE), 1);
  auto request = puppet({"exit", "0"});
  request.uid = kNobody;
  EXPECT_EQ(run(std::move(request))->status, Status::completed);
  EXPECT_EQ(::prctl(PR_GET_DUMPABLE), 1);
}

}  // namespace
}  // namespace escher::test
