// Many short commands at once: none is lost, and none leaves anything behind. The environment
// variable ESCHER_TEST_REPETITIONS sets how often each batch runs.
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

int repetitions() {
  const char* text = std::getenv("ESCHER_TEST_REPETITIONS");
  return text != nullptr ? std::atoi(text) : 3;
}

class EngineLoad : public EngineTest, public testing::WithParamInterface<std::size_t> {
 protected:
  static constexpr int kBatch = 1000;

  void expect_all_completed(std::size_t count) {
    const auto stats = engine->stats();
    EXPECT_EQ(stats.by_status[index_of(Status::completed)], count);
    EXPECT_EQ(stats.by_status[index_of(Status::running)], 0U);
    EXPECT_EQ(stats.by_status[index_of(Status::pending)], 0U);
    EXPECT_EQ(stats.spawn_failures, 0U);
    EXPECT_EQ(engine->running_count(), 0U);
    EXPECT_EQ(engine->queued_count(), 0U);
    EXPECT_EQ(own_children(), std::vector<pid_t>{});
  }
};

TEST_P(EngineLoad, CompletesAThousandCommandsThirtyTwoAtATime) {
  config.io_threads = GetParam();
  config.max_concurrent_executions = 32;
  config.max_queued_executions = kUnlimited;
  start();
  for (int i = 1; i <= repetitions(); ++i) {
    const auto wanted = static_cast<std::size_t>(i) * kBatch;
    for (int n = 0; n < kBatch; ++n) {
      engine->execute(command_request(ExecCommand{"/bin/true", {}}),
                      [](Result<void> admitted) { EXPECT_TRUE(admitted); });
    }
    wait_until("the last one", [&] { return sink.finished_count() == wanted; });
    expect_all_completed(wanted);
  }
}

TEST_P(EngineLoad, AcceptsRequestsOfSeveralThreads) {
  constexpr int kThreads = 4, kEach = 50;
  config.io_threads = GetParam();
  config.max_concurrent_executions = 8;
  config.max_queued_executions = kUnlimited;
  start();
  std::vector<std::thread> threads;
  std::vector<std::vector<Job>> jobs(kThreads);
  for (auto& mine : jobs) {
    threads.emplace_back([this, &mine] {
      for (int n = 0; n < kEach; ++n) {
        auto request = puppet({"print", "number " + std::to_string(n) + "\n"});
        mine.push_back({request.token, request.id});
        engine->execute(std::move(request), [](Result<void> admitted) { EXPECT_TRUE(admitted); });
        // Queries in between must not interfere.
        engine->list({});
        engine->status(mine.front().id);
        engine->stats();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  wait_until("the last one", [&] { return sink.finished_count() == kThreads * kEach; });
  expect_all_completed(kThreads * kEach);
  for (const auto& mine : jobs) {
    for (std::size_t n = 0; n < mine.size(); ++n) {
      EXPECT_EQ(kept(mine[n]), "number " + std::to_string(n) + "\n");
      EXPECT_EQ(seen(mine[n]).order, "SOF");
    }
  }
}

TEST_P(EngineLoad, ExecutionsCancelledAtAnyMomentFinishOnce) {
  config.io_threads = GetParam();
  config.max_concurrent_executions = 4;
  config.max_queued_executions = kUnlimited;
  start();
  constexpr std::size_t kCount = 100;
  std::vector<Job> jobs;
  for (std::size_t n = 0; n < kCount; ++n) {
    auto request = puppet({"sleep"});
    jobs.push_back({request.token, request.id});
    engine->execute(std::move(request), [](Result<void>) {});
    // Most are cancelled at once, the others after all submissions.
    if (n % 3 != 0) engine->cancel(jobs.back().id, [](Result<bool>) {});
  }
  for (const auto& job : jobs) cancel(job);
  wait_until("the last one", [&] { return sink.finished_count() == kCount; });
  for (const auto& job : jobs) {
    const auto all = seen(job);
    EXPECT_EQ(all.result->status, Status::cancelled);
    EXPECT_EQ(std::count(all.order.begin(), all.order.end(), 'F'), 1);
  }
  EXPECT_EQ(engine->running_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(IoThreads, EngineLoad, testing::Values(1, 4),
                         [](const auto& parameter) { return std::to_string(parameter.param); });

}  // namespace
}  // namespace escher::test
