// The lease of an execution.
#include <csignal>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineLease : public EngineTest {
 protected:
  static ExecutionRequest leased(Millis lease, std::vector<std::string> arguments = {"sleep"}) {
    auto request = puppet(std::move(arguments));
    request.lease = lease;
    return request;
  }
  bool renew(const Job& job) {
    return ask<bool>([&](auto answer) { engine->renew({job.id, job.token}, answer); }).value();
  }
};

TEST_F(EngineLease, EndsWithoutARenewal) {
  start();
  const auto result = run(leased(Millis(100)));
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->error->code, ErrorCode::lease_expired);
  EXPECT_EQ(result->error->message, "Lease expired: not renewed within 100ms");
  EXPECT_EQ(result->termination->reason, TerminationReason::lease);
  EXPECT_EQ(result->termination->signals, std::vector<int>{SIGTERM});
  EXPECT_GE(result->duration.count(), 100);
}

TEST_F(EngineLease, RenewalBeginsItAnew) {
  start();
  const auto job = submit(leased(Millis(2000)));
  const auto started = SteadyClock::now();
  wait_started(job);
  while (SteadyClock::now() - started < std::chrono::milliseconds(2500)) {
    ASSERT_TRUE(renew(job));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const auto result = wait_finished(job);
  EXPECT_EQ(result->error->code, ErrorCode::lease_expired);
  EXPECT_GE(result->duration.count(), 4000);
}

TEST_F(EngineLease, BeginsWithTheProcess) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto first = submit(puppet({"sleep"}));
  const auto second = submit(leased(Millis(1500), {"exit", "0"}));
  EXPECT_TRUE(renew(second));
  std::this_thread::sleep_for(std::chrono::milliseconds(1600));
  ASSERT_TRUE(cancel(first).value());
  EXPECT_EQ(wait_finished(second)->status, Status::completed);
}

TEST_F(EngineLease, CannotBeRenewedAfterTheEnd) {
  start();
  const auto ended = submit(leased(Millis(60'000), {"exit", "0"}));
  wait_finished(ended);
  EXPECT_FALSE(renew(ended));
  const auto job = submit(leased(Millis(60'000), {"ignore-term"}));
  wait_output(job, "ready");
  ASSERT_TRUE(cancel(job).value());
  EXPECT_FALSE(renew(job));
  kill(job, SIGKILL);
  EXPECT_EQ(wait_finished(job)->termination->reason, TerminationReason::cancel);
}

TEST_F(EngineLease, HasNoEffectWithoutOne) {
  start();
  const auto job = submit(puppet({"sleep"}));
  EXPECT_TRUE(renew(job));
  ASSERT_TRUE(cancel(job).value());
  wait_finished(job);
}

}  // namespace
}  // namespace escher::test
