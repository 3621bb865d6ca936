// The concurrency limit, the queue and its order, and rejected requests.
#include <csignal>
#include <functional>
#include <map>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineAdmission : public EngineTest {
 protected:
  Error rejection(ExecutionRequest request) {
    const auto admitted = try_submit(std::move(request));
    if (admitted) throw std::logic_error("the request was admitted");
    return admitted.error();
  }
};

TEST_F(EngineAdmission, InvalidConfigurationIsRejected) {
  config.io_threads = 0;
  const auto created = Engine::create(config, sink);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::invalid_config);
}

TEST_F(EngineAdmission, RequestOverTheConcurrencyLimitIsRejected) {
  config.max_concurrent_executions = 2;
  start();
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  auto request = puppet({"exit", "0"});
  const std::string id = request.id;
  const auto error = rejection(std::move(request));
  EXPECT_EQ(error.code, ErrorCode::concurrency_limit);
  EXPECT_EQ(
      error.message,
      "Concurrency limit reached: 2 executions running, 0 waiting; \"maxQueuedExecutions\" is 0");
  EXPECT_EQ(engine->status(id), std::nullopt);
  EXPECT_EQ(engine->list({}).size(), 2U);
}

TEST_F(EngineAdmission, RequestOverTheQueueLimitIsRejected) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 2;
  start();
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  EXPECT_EQ(engine->running_count(), 1U);
  EXPECT_EQ(engine->queued_count(), 2U);
  EXPECT_EQ(rejection(puppet({"sleep"})).code, ErrorCode::concurrency_limit);
}

TEST_F(EngineAdmission, QueueIsOrderedByPriorityThenByArrival) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = kUnlimited;
  start();
  const auto first = submit(puppet({"sleep"}));
  std::vector<std::uint64_t> expected{first.token};
  std::map<double, std::vector<std::uint64_t>, std::greater<>> by_priority;
  for (const double priority : {0.0, 5.0, -1.0, 5.0, 0.0, 7.5}) {
    auto request = puppet({"exit", "0"});
    request.priority = priority;
    by_priority[priority].push_back(submit(std::move(request)).token);
  }
  for (const auto& [priority, tokens] : by_priority) {
    expected.insert(expected.end(), tokens.begin(), tokens.end());
  }
  cancel(first);
  wait_until("the last one", [&] { return sink.finished_count() == expected.size(); });
  EXPECT_EQ(sink.start_order(), expected);
}

// Its launch may come long after the call.
TEST_F(EngineAdmission, QueuedCommandIgnoresNoSignalThatTheHostBeganToIgnoreMeanwhile) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto first = submit(puppet({"sleep"}));
  const auto queued = submit(puppet({"signals"}));
  const auto before = std::signal(SIGUSR2, SIG_IGN);
  cancel(first);
  wait_finished(queued);
  std::signal(SIGUSR2, before);
  EXPECT_NE(kept(queued).find("SigIgn:\t0000000000000000"), std::string::npos) << kept(queued);
}

TEST_F(EngineAdmission, IdOfARunningOrQueuedExecutionIsRejected) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto running = puppet({"sleep"});
  const auto waiting = puppet({"sleep"});
  submit(running);
  submit(waiting);
  for (const auto& request : {running, waiting}) {
    const auto error = rejection(request);
    EXPECT_EQ(error.code, ErrorCode::duplicate_id);
    EXPECT_EQ(error.message, "Execution id is already in use: " + request.id);
  }
}

TEST_F(EngineAdmission, ExecuteReturnsWhetherTheIdWasFree) {
  start();
  const auto request = puppet({"sleep"});
  const auto ignore = [](const Result<void>&) {};
  EXPECT_TRUE(engine->execute(request, ignore));
  EXPECT_FALSE(engine->execute(request, ignore));
  auto unnamed = puppet({"sleep"});
  unnamed.id = "no id";
  EXPECT_FALSE(engine->execute(std::move(unnamed), ignore));
}

TEST_F(EngineAdmission, OneOfManyRequestsWithTheSameIdIsAdmitted) {
  start();
  const auto request = puppet({"sleep"});
  int admitted = 0, rejected = 0;
  for (int i = 0; i < 20; ++i) {
    engine->execute(request, [&](Result<void> answer) {
      sink.change([&] { ++(answer ? admitted : rejected); });
    });
  }
  wait_until("all answers", [&] { return admitted + rejected == 20; });
  EXPECT_EQ(admitted, 1);
}

TEST_F(EngineAdmission, InvalidRequestsAreRejectedAndNotListed) {
  start();
  auto bad_id = puppet({"exit", "0"});
  bad_id.id = "../escape";
  EXPECT_EQ(rejection(bad_id).reason, ValidationReason::invalid_id);
  auto bad_timeout = puppet({"exit", "0"});
  bad_timeout.timeout = config.max_timeout + Millis(1);
  EXPECT_EQ(rejection(bad_timeout).reason, ValidationReason::timeout_too_large);
  auto bad_directory = puppet({"exit", "0"});
  bad_directory.working_dir = "/nowhere/at/all";
  EXPECT_EQ(rejection(bad_directory).reason, ValidationReason::working_dir_not_found);
  EXPECT_EQ(rejection(command_request(ExecCommand{"no-such-program", {}})).reason,
            ValidationReason::program_not_found);
  EXPECT_EQ(rejection(shell(" ")).reason, ValidationReason::empty_command);
  EXPECT_EQ(engine->list({}).size(), 0U);
  EXPECT_EQ(engine->running_count(), 0U);
}

}  // namespace
}  // namespace escher::test
