// A grandchild that keeps the pipes open does not hold up the end, and costs no byte of its parent.
#include "support/engine_test.hpp"
#include "support/pattern.hpp"

namespace escher::test {
namespace {

class EngineHeldPipe : public EngineTest, public testing::WithParamInterface<std::size_t> {};

// Around what a pipe holds, and far beyond.
TEST_P(EngineHeldPipe, LosesNoByteOfTheChild) {
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

TEST_P(EngineHeldPipe, LosesNothingThoughNobodyHasTakenTheOutput) {
  config.drain_grace = Millis(50);
  config.max_pending_event_bytes = 1;
  start();
  consuming = false;
  // At most what the pipe and one read hold, or the child could not come to its end.
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

TEST_F(EngineDrain, IsOverAsSoonAsTheGrandchildLetsGo) {
  start();  // the grace of the drain never ends
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

TEST_F(EngineDrain, OutputOfTheGrandchildInTimeIsOutput) {
  start();
  // The leader is gone when the other one writes.
  const auto job = submit(
      shell("leader=$$; (while [ -e /proc/$leader/fd/1 ]; do :; done; echo late) & echo early"));
  const auto result = wait_finished(job);
  EXPECT_EQ(kept(job), "early\nlate\n");
  EXPECT_FALSE(result->output_incomplete);
}

class EngineDrainUntaken : public EngineTest {
 protected:
  EngineDrainUntaken() { config.max_pending_event_bytes = 1; }

  void start() {
    EngineTest::start();
    consuming = false;
  }
};

TEST_F(EngineDrainUntaken, OutputOfTheGrandchildInTimeIsOutput) {
  start();  // the grace of the drain never ends
  const auto job = submit(
      shell("leader=$$; (while [ -e /proc/$leader/fd/1 ]; do :; done; echo late) & echo early"));
  const auto result = wait_finished(job);
  EXPECT_EQ(kept(job), "early\nlate\n");
  EXPECT_FALSE(result->output_incomplete);
}

TEST_F(EngineDrainUntaken, OfAFloodReadsNoMoreThanItMay) {
  config.drain_grace = Millis(300);
  config.max_output_size_bytes = 100'000'000;
  start();
  const auto job = submit(shell("yes & exit 0"));
  const auto result = wait_finished(job);
  EXPECT_TRUE(result->output_incomplete);
  // The allowance, the two reads that pass it by, and what lies in the pipe at the end.
  EXPECT_LE(result->streams[0].total_bytes, 1024 * 1024 + 512 * 1024 + 2 * 64 * 1024);
}

}  // namespace
}  // namespace escher::test
