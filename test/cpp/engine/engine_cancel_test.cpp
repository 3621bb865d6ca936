// cancel() and kill() for queued, running and finished executions. execution_test.cpp has the
// moments in between.
#include <csignal>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

using EngineCancel = EngineTest;

TEST_F(EngineCancel, EndsARunningExecution) {
  start();
  const auto job = submit(puppet({"sleep"}));
  wait_output(job, "ready");
  EXPECT_TRUE(*cancel(job));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.signal, SIGTERM);
  EXPECT_EQ(result->error->code, ErrorCode::cancelled);
  EXPECT_EQ(result->error->message, "Execution cancelled");
  EXPECT_EQ(kept(job), "ready\n");
}

TEST_F(EngineCancel, KeyWithAnotherTokenFindsNoExecution) {
  start();
  const auto job = submit(puppet({"sleep"}));
  wait_output(job, "ready");
  const ExecutionKey other(job.id, job.token + 1'000'000);
  const auto expect_unknown = [](const auto& answer) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::execution_not_found);
  };
  expect_unknown(ask<bool>([&](auto handler) { engine->cancel(other, handler); }));
  expect_unknown(ask<bool>([&](auto handler) { engine->kill(other, SIGKILL, handler); }));
  expect_unknown(ask<void>([&](auto handler) { engine->send_input(other, "x", handler); }));
  expect_unknown(ask<void>([&](auto handler) { engine->close_input(other, handler); }));
  expect_unknown(
      ask<std::vector<OutputBatch>>([&](auto handler) { engine->replay(other, handler); }));
  EXPECT_EQ(engine->status(other), std::nullopt);
  EXPECT_EQ(engine->status({job.id, job.token}), Status::running);
  const ExecutionKey own(job.id, job.token);
  EXPECT_TRUE(*ask<bool>([&](auto handler) { engine->cancel(own, handler); }));
  wait_finished(job);
  EXPECT_FALSE(engine->record(other));
  EXPECT_TRUE(engine->record(own));
}

TEST_F(EngineCancel, StatusIsCancelledEvenIfTheCommandExitsWithZero) {
  start();
  const auto job = submit(puppet({"exit-on-term", "0"}));
  wait_output(job, "ready");
  cancel(job);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->exit.code, 0);
  EXPECT_FALSE(result->success());
}

TEST_F(EngineCancel, EndsAQueuedExecutionWithoutAProcess) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 2;
  start();
  const auto running = submit(puppet({"sleep"}));
  wait_started(running);
  const auto waiting = submit(puppet({"sleep"}));
  EXPECT_EQ(engine->status(waiting.id), Status::pending);
  EXPECT_EQ(engine->queued_count(), 1U);
  EXPECT_TRUE(*cancel(waiting));
  const auto result = wait_finished(waiting);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_EQ(result->pid, 0);
  EXPECT_FALSE(result->usage);
  EXPECT_EQ(seen(waiting).order, "F");
  EXPECT_EQ(engine->queued_count(), 0U);
  // The queue has a free place, and the other execution keeps running.
  const auto next = submit(puppet({"exit", "0"}));
  EXPECT_EQ(engine->status(running.id), Status::running);
  cancel(running);
  EXPECT_EQ(wait_finished(next)->status, Status::completed);
}

TEST_F(EngineCancel, DoesNotChangeAFinishedExecution) {
  start();
  const auto job = submit(puppet({"exit", "0"}));
  wait_finished(job);
  EXPECT_FALSE(*cancel(job));
  EXPECT_EQ(engine->status(job.id), Status::completed);
}

TEST_F(EngineCancel, KilledExecutionKeepsTheCauseCancel) {
  start();
  const auto job = submit(puppet({"ignore-term"}));
  wait_output(job, "ready");
  EXPECT_TRUE(*cancel(job));
  EXPECT_TRUE(*cancel(job));
  EXPECT_EQ(engine->status(job.id), Status::running);
  kill(job, SIGKILL);
  EXPECT_EQ(wait_finished(job)->status, Status::cancelled);
}

TEST_F(EngineCancel, RejectsAnUnknownExecution) {
  start();
  const Job unknown{0, format_id(random_id())};
  EXPECT_EQ(cancel(unknown).error().code, ErrorCode::execution_not_found);
  EXPECT_EQ(cancel({0, "no id at all"}).error().code, ErrorCode::execution_not_found);
}

// A rejected execution emits no events.
TEST_F(EngineCancel, DoesNotCancelAnExecutionThatIsRejected) {
  config.max_concurrent_executions = 1;
  start();
  const auto running = submit(puppet({"sleep"}));
  for (int i = 0; i < 20; ++i) {
    auto request = puppet({"exit", "0"});
    const Job job{request.token, request.id};
    std::optional<Result<void>> admitted;
    engine->execute(std::move(request),
                    [&](Result<void> answer) { sink.change([&] { admitted = answer; }); });
    const auto cancelled = cancel(job);
    EXPECT_FALSE(cancelled.has_value() && *cancelled);
    wait_until("the rejection", [&] { return admitted.has_value(); });
    EXPECT_EQ(admitted->error().code, ErrorCode::concurrency_limit);
    EXPECT_EQ(seen(job).order, "");
  }
  cancel(running);
  wait_finished(running);
  EXPECT_EQ(engine->stats().by_status[index_of(Status::cancelled)], 1U);
  EXPECT_TRUE(shut_down(Millis(0)));
}

TEST_F(EngineCancel, KillSendsOneSignalAndKeepsTheStatus) {
  start();
  const auto job = submit(puppet({"report-signal", std::to_string(SIGUSR1)}));
  wait_output(job, "ready");
  EXPECT_TRUE(*kill(job, SIGUSR1));
  wait_output(job, "got it");
  EXPECT_EQ(engine->status(job.id), Status::running);
  EXPECT_TRUE(*kill(job, SIGTERM));
  EXPECT_EQ(wait_finished(job)->status, Status::failed);
  EXPECT_FALSE(*kill(job, SIGTERM));
}

}  // namespace
}  // namespace escher::test
