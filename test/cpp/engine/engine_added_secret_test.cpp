// Secrets that are added while executions run, and the exact output that an execution keeps beside
// the redacted one. The shell joins each secret from parts, so that no command contains it.
#include <atomic>
#include <thread>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

const std::string kSecret = "hunter2-and-more";
// Prints what it reads, line by line.
const std::string kEcho = "while IFS= read -r line; do printf '%s\\n' \"$line\"; done";
const std::string kPrintSecret = "a=hunter2; echo \"<$a-and-more>\"";

class EngineAddedSecret : public EngineTest {
 protected:
  Result<void> add_secret(const std::string& secret) {
    return ask<void>([&](auto handler) { engine->add_secret(secret, handler); });
  }
  Job submit_echo() {
    auto request = shell(kEcho);
    request.stdin_mode = StdinMode::pipe;
    return submit(std::move(request));
  }
  Job submit_raw(std::string command) {
    auto request = shell(std::move(command));
    request.capture = CaptureMode::raw;
    return submit(std::move(request));
  }
  std::shared_ptr<const ExactOutput> exact(const Job& job) {
    return engine->record(job.id)->output->exact;
  }
  std::string exact_text(const Job& job) {
    const auto output = exact(job);
    return output ? std::string(output->bytes[0].view()) : "nothing is kept";
  }

  TemporaryDirectory directory;
};

TEST_F(EngineAddedSecret, IsRedactedInARunningExecutionFromThenOn) {
  start();
  const auto job = submit_echo();
  ASSERT_TRUE(send_input(job, "1 " + kSecret + "\n"));
  wait_output(job, "1 " + kSecret);
  ASSERT_TRUE(add_secret(kSecret));
  ASSERT_TRUE(send_input(job, "2 " + kSecret + "\n"));
  wait_output(job, "2 ***");
  ASSERT_TRUE(close_input(job));
  wait_finished(job);
  // The kept output is redacted as a whole.
  EXPECT_EQ(kept(job), "1 ***\n2 ***\n");
}

TEST_F(EngineAddedSecret, IsRedactedInTheReplayOfARunningExecution) {
  start();
  const auto job = submit_echo();
  ASSERT_TRUE(send_input(job, kSecret + "\n"));
  wait_output(job, kSecret);
  ASSERT_TRUE(add_secret(kSecret));
  const auto batches = replay(job);
  ASSERT_TRUE(batches);
  ASSERT_EQ(batches->size(), 1U);
  EXPECT_EQ((*batches)[0].text, "***");
  ASSERT_TRUE(close_input(job));
  wait_finished(job);
}

TEST_F(EngineAddedSecret, IsRedactedInRecordsAndInLaterExecutions) {
  start();
  const auto ended = submit(shell(kPrintSecret + " # " + kSecret));
  wait_finished(ended);
  ASSERT_TRUE(add_secret(kSecret));
  EXPECT_EQ(kept(ended), "<***>\n");
  EXPECT_TRUE(engine->record(ended.id)->result->command.ends_with("# ***"));
  const auto later = submit(shell(kPrintSecret));
  wait_finished(later);
  EXPECT_EQ(kept(later), "<***>\n");
}

// Many threads add secrets while executions start, run and end.
TEST_F(EngineAddedSecret, IsAddedByManyThreadsWhileExecutionsRun) {
  start();
  constexpr int kThreads = 4;
  constexpr int kEach = 8;
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &answered] {
      for (int i = 0; i < kEach; ++i) {
        engine->add_secret("secret-" + std::to_string(t) + "-" + std::to_string(i) + "-end",
                           [this, &answered](Result<void> added) {
                             sink.change([&] { answered += added ? 1 : 0; });
                           });
      }
    });
  }
  std::vector<Job> jobs;
  for (int i = 0; i < 10; ++i) jobs.push_back(submit(shell("echo secret-$((1+2))-7-end")));
  for (auto& thread : threads) thread.join();
  wait_until("all answers", [&] { return answered == kThreads * kEach; });
  for (const auto& job : jobs) {
    wait_finished(job);
    EXPECT_EQ(kept(job), "***\n");
  }
}

TEST_F(EngineAddedSecret, IsRejectedIfItIsTooShort) {
  start();
  const auto added = add_secret("abc");
  ASSERT_TRUE(added.has_error());
  EXPECT_EQ(added.error().reason, ValidationReason::invalid_redact);
  EXPECT_EQ(added.error().message.find("abc"), std::string::npos) << added.error().message;
}

TEST_F(EngineAddedSecret, IsRejectedAfterTheShutdown) {
  start();
  ASSERT_TRUE(shut_down(Millis(0)));
  const auto added = add_secret(kSecret);
  ASSERT_TRUE(added.has_error());
  EXPECT_EQ(added.error().code, ErrorCode::engine_closed);
}

// ---- The exact output.

TEST_F(EngineAddedSecret, ExactOutputIsKeptForARequestThatAsksForIt) {
  config.redact = {kSecret};
  config.log_dir = directory.path();
  start();
  const auto raw = submit_raw(kPrintSecret);
  const auto redacted = submit(shell(kPrintSecret));
  const auto result = wait_finished(raw);
  wait_finished(redacted);
  EXPECT_EQ(exact_text(raw), "<" + kSecret + ">\n");
  EXPECT_FALSE(exact(redacted));
  EXPECT_EQ(engine->capture(raw.id), CaptureMode::raw);
  EXPECT_EQ(engine->capture(redacted.id), CaptureMode::redacted);
  EXPECT_EQ(kept(raw), "<***>\n");
  EXPECT_EQ(seen(raw).text(Stream::out), "<***>\n");
  EXPECT_NE(content_of(result->log_file).find("<***>"), std::string::npos);
  EXPECT_EQ(content_of(result->log_file).find("hunter2-"), std::string::npos);
}

TEST_F(EngineAddedSecret, ExactOutputOutlivesASecretThatIsAddedLater) {
  start();
  const auto job = submit_raw(kPrintSecret);
  wait_finished(job);
  ASSERT_TRUE(add_secret(kSecret));
  EXPECT_EQ(kept(job), "<***>\n");
  EXPECT_EQ(exact_text(job), "<" + kSecret + ">\n");
}

TEST_F(EngineAddedSecret, ExactOutputCountsAgainstTheRetainedBytes) {
  start();
  const auto job = submit_raw("printf 123456");
  wait_finished(job);
  EXPECT_EQ(engine->stats().retained_bytes, 12U);
  ASSERT_TRUE(engine->remove(job.id));
  EXPECT_EQ(engine->stats().retained_bytes, 0U);
}

TEST_F(EngineAddedSecret, ExactOutputIsDroppedWithTheRedactedOne) {
  config.max_retained_bytes = 10;
  start();
  const auto job = submit_raw("printf 123456");
  wait_finished(job);
  EXPECT_FALSE(engine->record(job.id)->output);
  EXPECT_EQ(engine->capture(job.id), CaptureMode::raw);
}

TEST_F(EngineAddedSecret, CaptureOfAnUnknownExecutionIsUnknown) {
  start();
  EXPECT_EQ(engine->capture("00000000-0000-4000-8000-000000000000"), std::nullopt);
}

}  // namespace
}  // namespace escher::test
