// The order and the content of the events of an execution.
#include <algorithm>

#include "support/engine_test.hpp"
#include "support/pattern.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {
namespace {

using EngineEvents = EngineTest;

// `started` is first, `finished` is last, and each comes once.
void expect_in_order(const Seen& seen) {
  const std::string outputs(seen.batches.size(), 'O');
  EXPECT_EQ(seen.order, "S" + outputs + "F");
}

void expect_consecutive_numbers(const Seen& seen) {
  std::uint64_t next = 0;
  for (const auto& batch : seen.batches) {
    EXPECT_EQ(batch.first_seq, next);
    const auto breaks = std::count(batch.text.begin(), batch.text.end(), '\n');
    EXPECT_EQ(batch.count, static_cast<std::uint32_t>(breaks) + 1);
    next += batch.count;
  }
}

TEST_F(EngineEvents, ArriveInOrderWithEveryLineBeforeFinished) {
  start();
  const auto job = submit(puppet({"lines", "20000"}));
  wait_finished(job);
  const auto all = seen(job);
  expect_in_order(all);
  expect_consecutive_numbers(all);
  std::string expected;
  for (int i = 0; i < 20000; ++i) expected += "line " + std::to_string(i) + '\n';
  EXPECT_EQ(all.text(), expected);
  EXPECT_EQ(kept(job), expected);
}

TEST_F(EngineEvents, StartedHasThePidAndTheCommand) {
  start();
  const auto job = submit(puppet({"sleep"}));
  const auto started = wait_started(job);
  EXPECT_EQ(started.token, job.token);
  EXPECT_NE(state_of(started.pid), 0);
  EXPECT_EQ(started.command, std::string(kPuppetPath) + " sleep");
}

TEST_F(EngineEvents, SequenceNumbersCoverBothStreams) {
  start();
  const auto job = submit(puppet({"alternate", "1000"}));
  wait_finished(job);
  const auto all = seen(job);
  expect_in_order(all);
  expect_consecutive_numbers(all);
  std::string even, odd;
  for (int i = 0; i < 1000; ++i) (i % 2 == 0 ? even : odd) += std::to_string(i) + '\n';
  EXPECT_EQ(all.text(Stream::out), even);
  EXPECT_EQ(all.text(Stream::err), odd);
}

TEST_F(EngineEvents, MergedStreamsKeepTheOrderOfTheWrites) {
  start();
  auto request = puppet({"alternate", "1000"});
  request.merge_stderr = true;
  const auto job = submit(std::move(request));
  wait_finished(job);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += std::to_string(i) + '\n';
  EXPECT_EQ(seen(job).text(), all);
  EXPECT_EQ(kept(job), all);
  EXPECT_EQ(kept(job, Stream::err), "");
}

TEST_F(EngineEvents, PromptIsDeliveredWhileTheProgramWaitsForInput) {
  config.partial_line_flush = Millis(1);
  start();
  auto request = puppet({"print-then-echo", "name? "});
  request.stdin_mode = StdinMode::pipe;
  const auto job = submit(std::move(request));
  wait_output(job, "name? ");
  EXPECT_TRUE(seen(job).batches.back().partial);
  send_input(job, "me\n");
  wait_output(job, "name? me\n");
  close_input(job);
  wait_finished(job);
  expect_consecutive_numbers(seen(job));
}

TEST_F(EngineEvents, LineOverTheMaximumIsDeliveredInPieces) {
  config.max_line_bytes = 100'000;
  config.max_output_size_bytes = 64 << 20;
  start();
  const auto job = submit(puppet({"long-line", "3"}));
  wait_finished(job);
  const auto all = seen(job);
  expect_in_order(all);
  EXPECT_EQ(all.text(), std::string(3 << 20, 'x') + '\n');
  for (const auto& batch : all.batches) EXPECT_LE(batch.text.size(), 100'000U);
  EXPECT_EQ(engine->stats().total_lines, 1U);
}

TEST_F(EngineEvents, UnwatchedExecutionHasNoOutputEvents) {
  start();
  engine->watch_all(false);
  const auto job = submit(puppet({"lines", "100"}));
  wait_finished(job);
  EXPECT_EQ(seen(job).order, "SF");
  EXPECT_EQ(engine->stats().total_lines, 100U);
  EXPECT_EQ(kept(job).substr(0, 14), "line 0\nline 1\n");
}

TEST_F(EngineEvents, SingleExecutionCanBeWatched) {
  start();
  engine->watch_all(false);
  auto watched = puppet({"print", "seen\n"});
  watched.watch = true;
  const auto seen_one = submit(std::move(watched));
  const auto unseen = submit(puppet({"print", "unseen\n"}));
  wait_finished(seen_one);
  wait_finished(unseen);
  EXPECT_EQ(seen(seen_one).text(), "seen\n");
  EXPECT_EQ(seen(unseen).order, "SF");
}

TEST_F(EngineEvents, PermitIsFreeBeforeFinishedIsEmitted) {
  config.max_concurrent_executions = 1;
  start();
  for (int i = 0; i < 50; ++i) {
    auto request = command_request(ExecCommand{"/bin/true", {}});
    const Job job{request.token, request.id};
    const auto admitted = try_submit(std::move(request));
    ASSERT_TRUE(admitted) << admitted.error().message;
    wait_finished(job);
  }
}

}  // namespace
}  // namespace escher::test
