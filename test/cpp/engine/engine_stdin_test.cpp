// The stdin of a command.
#include "support/engine_test.hpp"
#include "support/pattern.hpp"

namespace escher::test {
namespace {

class EngineStdin : public EngineTest {
 protected:
  static ExecutionRequest with_pipe(std::vector<std::string> arguments) {
    auto request = puppet(std::move(arguments));
    request.stdin_mode = StdinMode::pipe;
    return request;
  }
  static ExecutionRequest with_input(std::vector<std::string> arguments, std::string input) {
    auto request = puppet(std::move(arguments));
    request.stdin_mode = StdinMode::input;
    request.input = std::move(input);
    return request;
  }
};

TEST_F(EngineStdin, InputIsWrittenBeforeStdinIsClosed) {
  start();
  const auto job = submit(with_input({"echo"}, "all of it"));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), "all of it");
}

TEST_F(EngineStdin, EightMebibytesArriveUnchanged) {
  start();
  const std::string much = pattern(8 << 20);
  const auto job = submit(with_input({"echo"}, much));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), much);
}

TEST_F(EngineStdin, ChildWithoutInputReadsTheEnd) {
  start();
  const auto job = submit(puppet({"echo"}));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), "");
}

TEST_F(EngineStdin, ChildThatStopsReadingIsNotAnError) {
  start();
  EXPECT_EQ(run(with_input({"read-one-byte"}, pattern(1 << 20)))->status, Status::completed);

  const auto job = submit(with_pipe({"close-stdin"}));
  wait_output(job, "closed");
  EXPECT_TRUE(send_input(job, pattern(1 << 20)));
  EXPECT_TRUE(send_input(job, "more"));
  EXPECT_TRUE(close_input(job));
  EXPECT_EQ(engine->status(job.id), Status::running);
}

TEST_F(EngineStdin, CommandAnswersEveryWrite) {
  start();
  const auto job = submit(with_pipe({"echo"}));
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    const std::string line = "turn " + std::to_string(i) + "\n";
    EXPECT_TRUE(send_input(job, line));
    wait_output(job, expected += line);
  }
  EXPECT_TRUE(close_input(job));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineStdin, WritesBeforeTheStartArriveInOrder) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto first = submit(puppet({"sleep"}));
  const auto job = submit(with_pipe({"echo"}));
  int answers = 0;
  const auto count = [&](Result<void> answer) {
    EXPECT_TRUE(answer);
    sink.change([&] { ++answers; });
  };
  engine->send_input(job.id, "one ", count);
  engine->send_input(job.id, "two", count);
  engine->close_input(job.id, count);
  EXPECT_EQ(engine->status(job.id), Status::pending);
  cancel(first);
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), "one two");
  wait_until("all answers", [&] { return answers == 3; });
}

TEST_F(EngineStdin, WriteToAnExecutionThatNeverStartsIsAnswered) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  submit(puppet({"sleep"}));
  const auto job = submit(with_pipe({"echo"}));
  bool answered = false;
  engine->send_input(job.id, "never read", [&](Result<void> answer) {
    EXPECT_TRUE(answer);
    sink.change([&] { answered = true; });
  });
  cancel(job);
  wait_until("the answer", [&] { return answered; });
}

TEST_F(EngineStdin, WriteToARejectedExecutionIsAnswered) {
  config.max_concurrent_executions = 1;
  start();
  submit(puppet({"sleep"}));
  for (int i = 0; i < 20; ++i) {
    auto request = with_pipe({"echo"});
    const Job job{request.token, request.id};
    engine->execute(std::move(request), [](Result<void> admitted) { EXPECT_FALSE(admitted); });
    send_input(job, "never read");
    close_input(job);
  }
}

TEST_F(EngineStdin, WriteToAClosedStdinIsRejected) {
  start();
  const auto closed = submit(with_pipe({"sleep"}));
  EXPECT_TRUE(close_input(closed));
  EXPECT_EQ(send_input(closed, "late").error().code, ErrorCode::io);
  EXPECT_EQ(close_input(closed).error().code, ErrorCode::io);

  const auto without = submit(puppet({"sleep"}));
  EXPECT_EQ(send_input(without, "x").error().code, ErrorCode::io);
  const Job unknown{0, format_id(random_id())};
  EXPECT_EQ(send_input(unknown, "x").error().code, ErrorCode::execution_not_found);
}

TEST_F(EngineStdin, WriteToAFinishedExecutionIsDiscarded) {
  start();
  const auto job = submit(with_pipe({"exit", "0"}));
  wait_finished(job);
  EXPECT_TRUE(send_input(job, "too late"));
  EXPECT_TRUE(close_input(job));
}

TEST_F(EngineStdin, CancelAnswersPendingWrites) {
  start();
  const auto job = submit(with_pipe({"sleep"}));
  wait_output(job, "ready");
  bool answered = false;
  engine->send_input(job.id, pattern(1 << 20), [&](Result<void> answer) {
    EXPECT_TRUE(answer);
    sink.change([&] { answered = true; });
  });
  cancel(job);
  wait_finished(job);
  wait_until("the answer", [&] { return answered; });
}

}  // namespace
}  // namespace escher::test
