// Backpressure. If the consumer takes no output, the child blocks, memory is bounded, and other
// executions continue.
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineFlow : public EngineTest, public testing::WithParamInterface<std::size_t> {
 protected:
  static constexpr std::uint64_t kLimit = 500'000;
  // The limit is checked before each read, so each pipe can exceed it by one read.
  static constexpr std::uint64_t kMost = kLimit + 2 * 70'000;

  EngineFlow() {
    config.max_pending_event_bytes = kLimit;
    config.io_threads = GetParam();
  }

  // A child that writes without end, and whose output is not consumed.
  Job start_blocked_flood() {
    start();
    consuming = false;
    const auto job = submit(puppet({"flood"}));
    wait_until("the limit", [&] { return sink.delivered() >= kLimit; });
    return job;
  }

  std::uint64_t delivered() {
    std::uint64_t bytes = 0;
    sink.change([&] { bytes = sink.delivered(); });
    return bytes;
  }
};

TEST_P(EngineFlow, BoundsOneExecutionWhileOthersContinue) {
  const auto flood = start_blocked_flood();
  const auto before = delivered();
  std::uint64_t others = 0;
  for (int i = 0; i < 20; ++i) {
    const auto job = submit(puppet({"print", "other\n"}));
    EXPECT_EQ(wait_finished(job)->status, Status::completed);
    EXPECT_EQ(seen(job).text(), "other\n");
    others += 6;
  }
  EXPECT_LE(delivered() - others, kMost);
  EXPECT_LE(before, kMost);
  EXPECT_EQ(engine->status(flood.id), Status::running);
}

TEST_P(EngineFlow, ReadingResumesWhenOutputIsConsumed) {
  const auto flood = start_blocked_flood();
  consuming = true;
  wait_until("more output", [&] { return sink.delivered() >= 20 * kLimit; });
  EXPECT_EQ(engine->status(flood.id), Status::running);
}

TEST_P(EngineFlow, CancelEndsABlockedExecution) {
  const auto flood = start_blocked_flood();
  EXPECT_TRUE(*cancel(flood));
  EXPECT_EQ(wait_finished(flood)->status, Status::cancelled);
}

TEST_P(EngineFlow, OutputLimitAppliesWithoutAConsumer) {
  config.max_pending_event_bytes = 1;
  start();
  consuming = false;
  auto request = puppet({"pattern", "60000"});
  request.max_output_size_bytes = 1000;
  request.oversized_output_strategy = OversizedOutputStrategy::fail_execution;
  EXPECT_EQ(run(std::move(request))->status, Status::failed);
}

TEST_P(EngineFlow, UnwatchedPipeIsReadWithoutALimit) {
  const auto flood = start_blocked_flood();
  engine->watch_all(false);
  // A consumer that unsubscribes releases what it has received.
  consuming = true;
  wait_until("the release", [] { return true; });
  consuming = false;
  look_until("more output", [&] { return engine->stats().total_bytes > 20 * kLimit; });
  EXPECT_LE(delivered(), kMost);
  EXPECT_EQ(engine->status(flood.id), Status::running);
}

TEST_P(EngineFlow, HeldBytesCountAsOutstanding) {
  start();
  auto request = puppet({"echo"});
  request.stdin_mode = StdinMode::pipe;
  const auto job = submit(std::move(request));
  send_input(job, "1\n");
  wait_output(job, "1\n");
  wait_until("the release", [] { return true; });
  engine->hold(job.token, kLimit);
  send_input(job, "2\n");
  // The pipe is not read, although other executions start and finish.
  for (int i = 0; i < 5; ++i) run(puppet({"exit", "0"}));
  EXPECT_EQ(seen(job).text(), "1\n");
  engine->release(job.token, kLimit);
  wait_output(job, "2\n");
}

TEST_P(EngineFlow, OutstandingBytesOfFinishedExecutionsDoNotBlockTheNext) {
  config.max_pending_event_bytes = 1000;
  start();
  consuming = false;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(run(puppet({"lines", "1000"}))->status, Status::completed);
  }
}

INSTANTIATE_TEST_SUITE_P(IoThreads, EngineFlow, testing::Values(1, 4),
                         [](const auto& parameter) { return std::to_string(parameter.param); });

}  // namespace
}  // namespace escher::test
