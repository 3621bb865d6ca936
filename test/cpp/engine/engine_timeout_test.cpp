// The timeout and the idle timeout.
#include <csignal>
#include <thread>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

using EngineTimeout = EngineTest;

TEST_F(EngineTimeout, EndsTheCommand) {
  start();
  auto request = puppet({"sleep"});
  request.timeout = Millis(50);
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::timeout);
  EXPECT_EQ(result->exit.signal, SIGTERM);
  EXPECT_EQ(result->error->code, ErrorCode::timeout);
  EXPECT_EQ(result->error->message, "Execution timeout after 50ms");
  EXPECT_GE(result->duration.count(), 50);
}

TEST_F(EngineTimeout, DefaultsToTheConfiguration) {
  config.default_timeout = Millis(50);
  start();
  EXPECT_EQ(run(puppet({"sleep"}))->error->message, "Execution timeout after 50ms");
}

TEST_F(EngineTimeout, SendsTheKillSignalOfTheRequest) {
  start();
  auto request = puppet({"sleep"});
  request.timeout = Millis(50);
  request.kill_signal = SIGINT;
  EXPECT_EQ(run(std::move(request))->exit.signal, SIGINT);
}

TEST_F(EngineTimeout, StatusIsTimeoutEvenIfTheCommandExitsWithZero) {
  start();
  auto request = puppet({"exit-on-term", "0"});
  request.timeout = Millis(200);
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::timeout);
  EXPECT_FALSE(result->success());
}

TEST_F(EngineTimeout, StartsAfterTheTimeInTheQueue) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  auto first = puppet({"sleep"});
  first.timeout = Millis(1500);
  auto second = puppet({"exit", "0"});
  second.timeout = Millis(1200);
  submit(std::move(first));
  const auto result = run(std::move(second));
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_GE(result->queued.count(), 1200);
}

TEST_F(EngineTimeout, IdleTimeoutEndsASilentCommand) {
  start();
  auto request = puppet({"sleep"});
  request.idle_timeout = Millis(60);
  const auto job = submit(std::move(request));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::timeout);
  EXPECT_EQ(result->error->code, ErrorCode::timeout);
  EXPECT_EQ(result->error->message, "Execution timeout after 60ms without output");
}

TEST_F(EngineTimeout, IdleTimeoutStartsAtTheLastOutput) {
  start();
  auto request = puppet({"echo"});
  request.stdin_mode = StdinMode::pipe;
  constexpr std::chrono::seconds kSilence{2};
  request.idle_timeout = kSilence;
  const auto job = submit(std::move(request));
  std::string all;
  std::chrono::steady_clock::time_point last_sent;
  for (int i = 0; i < 20; ++i) {
    last_sent = std::chrono::steady_clock::now();
    send_input(job, "x\n");
    wait_output(job, all += "x\n");
  }
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::timeout);
  // A timeout that starts earlier would end the command sooner.
  EXPECT_GE(std::chrono::steady_clock::now() - last_sent, kSilence);
}

TEST_F(EngineTimeout, IdleTimeoutPausesWhileThePipeIsNotRead) {
  config.max_pending_event_bytes = 100'000;
  start();
  consuming = false;
  auto request = puppet({"pattern", "2000000"});
  request.idle_timeout = Millis(500);
  const auto job = submit(std::move(request));
  wait_until("the limit", [&] { return sink.delivered() >= config.max_pending_event_bytes; });
  // Longer than the idle timeout.
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  sink.change([&] { consuming = true; });
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineTimeout, FiresWithoutAConsumer) {
  config.max_pending_event_bytes = 100'000;
  start();
  consuming = false;
  auto request = puppet({"flood"});
  request.timeout = Millis(300);
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::timeout);
}

}  // namespace
}  // namespace escher::test
