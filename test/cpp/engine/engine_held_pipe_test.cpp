// A grandchild that keeps the pipes open neither delays the end nor loses output of its parent.
#include "support/engine_test.hpp"
#include "support/pattern.hpp"

namespace escher::test {
namespace {

class EngineHeldPipe : public EngineTest, public testing::WithParamInterface<std::size_t> {};

// The sizes are around the capacity of a pipe, and far above it.
TEST_P(EngineHeldPipe, AllOutputOfTheChildIsRead) {
  config.drain_grace = Millis(50);
  start();
  const auto job = submit(puppet({"hold-pipe", std::to_string(GetParam())}));
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_EQ(result->exit.code, 0);
  EXPECT_TRUE(result->output_incomplete);
  EXPECT_EQ(result->streams[0].total_bytes, GetParam());
  EXPECT_EQ(kept(job), pattern(GetParam()));
  EXPECT_TRUE(grandchild.lives());
  EXPECT_EQ(seen(job).order.back(), 'F');
}

TEST_P(EngineHeldPipe, AllOutputIsReadWithoutAConsumer) {
  config.drain_grace = Millis(50);
  config.max_pending_event_bytes = 1;
  start();
  consuming = false;
  // No more than fits into the pipe, or the child would block before its exit.
  const std::size_t bytes = std::min<std::size_t>(GetParam(), 65'536);
  const auto job = submit(puppet({"hold-pipe", std::to_string(bytes)}));
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  const auto result = wait_finished(job);
  EXPECT_TRUE(result->output_incomplete);
  EXPECT_EQ(kept(job), pattern(bytes));
}

INSTANTIATE_TEST_SUITE_P(Bytes, EngineHeldPipe,
                         testing::Values(0, 1, 65'535, 65'536, 65'537, 1'048'576),
                         [](const auto& parameter) { return std::to_string(parameter.param); });

using EngineDrain = EngineTest;

TEST_F(EngineDrain, EndsWhenTheGrandchildClosesThePipe) {
  start();  // with an infinite drain period
  const auto job = submit(puppet({"hold-pipe", "10"}));
  const ProcessWatch leader(wait_started(job).pid);
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  leader.wait_gone();
  EXPECT_EQ(engine->status(job.id), Status::running);
  grandchild.signal(SIGKILL);
  const auto result = wait_finished(job);
  EXPECT_FALSE(result->output_incomplete);
  EXPECT_EQ(kept(job), pattern(10));
}

TEST_F(EngineDrain, ReadsTheOutputOfTheGrandchild) {
  start();
  // The grandchild writes after the exit of the leader.
  const auto job = submit(
      shell("leader=$$; (while [ -e /proc/$leader/fd/1 ]; do :; done; echo late) & echo early"));
  const auto result = wait_finished(job);
  EXPECT_EQ(kept(job), "early\nlate\n");
  EXPECT_FALSE(result->output_incomplete);
}

class EngineDrainWithoutConsumer : public EngineTest {
 protected:
  EngineDrainWithoutConsumer() { config.max_pending_event_bytes = 1; }

  void start() {
    EngineTest::start();
    consuming = false;
  }
};

TEST_F(EngineDrainWithoutConsumer, ReadsTheOutputOfTheGrandchild) {
  start();  // with an infinite drain period
  const auto job = submit(
      shell("leader=$$; (while [ -e /proc/$leader/fd/1 ]; do :; done; echo late) & echo early"));
  const auto result = wait_finished(job);
  EXPECT_EQ(kept(job), "early\nlate\n");
  EXPECT_FALSE(result->output_incomplete);
}

TEST_F(EngineDrainWithoutConsumer, ReadsABoundedPartOfAFlood) {
  config.drain_grace = Millis(300);
  config.max_output_size_bytes = 100'000'000;
  start();
  const auto job = submit(shell("yes & exit 0"));
  const auto result = wait_finished(job);
  EXPECT_TRUE(result->output_incomplete);
  // The allowance, two reads that exceed it, and the content of the pipe at the end.
  EXPECT_LE(result->streams[0].total_bytes, 1024 * 1024 + 512 * 1024 + 2 * 64 * 1024);
}

}  // namespace
}  // namespace escher::test
