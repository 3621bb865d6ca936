// Who gets in, who waits, and in which order.
#include <functional>
#include <map>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineAdmission : public EngineTest {
 protected:
  Error refusal(ExecutionRequest request) {
    const auto admitted = try_submit(std::move(request));
    if (admitted) throw std::logic_error("it was admitted");
    return admitted.error();
  }
};

TEST_F(EngineAdmission, ABadConfigurationMakesNoEngine) {
  config.io_threads = 0;
  const auto created = Engine::create(config, sink);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::invalid_config);
}

TEST_F(EngineAdmission, OverTheLimitOneIsRejected) {
  config.max_concurrent_executions = 2;
  start();
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  auto request = puppet({"exit", "0"});
  const std::string id = request.id;
  const auto error = refusal(std::move(request));
  EXPECT_EQ(error.code, ErrorCode::concurrency_limit);
  EXPECT_EQ(error.message, "Concurrency limit reached: 2 executions running");
  EXPECT_EQ(engine->status(id), std::nullopt);
  EXPECT_EQ(engine->list({}).size(), 2U);
}

TEST_F(EngineAdmission, OverTheQueueOneIsRejected) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 2;
  start();
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  submit(puppet({"sleep"}));
  EXPECT_EQ(engine->running_count(), 1U);
  EXPECT_EQ(engine->queued_count(), 2U);
  EXPECT_EQ(refusal(puppet({"sleep"})).code, ErrorCode::concurrency_limit);
}

TEST_F(EngineAdmission, TheQueueGoesByPriorityThenByArrival) {
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
  wait_until("all", [&] { return sink.finished_count() == expected.size(); });
  EXPECT_EQ(sink.start_order(), expected);
}

TEST_F(EngineAdmission, AnIdInUseIsRefusedWhateverItsExecutionDoes) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto running = puppet({"sleep"});
  const auto waiting = puppet({"sleep"});
  submit(running);
  submit(waiting);
  for (const auto& request : {running, waiting}) {
    const auto error = refusal(request);
    EXPECT_EQ(error.code, ErrorCode::duplicate_id);
    EXPECT_EQ(error.message, "Execution id is already in use: " + request.id);
  }
}

TEST_F(EngineAdmission, WhoeverAsksLearnsAtOnceWhetherTheIdIsItsOwn) {
  start();
  const auto request = puppet({"sleep"});
  const auto ignore = [](const Result<void>&) {};
  EXPECT_TRUE(engine->execute(request, ignore));
  EXPECT_FALSE(engine->execute(request, ignore));
  auto unnamed = puppet({"sleep"});
  unnamed.id = "no id";
  EXPECT_FALSE(engine->execute(std::move(unnamed), ignore));
}

TEST_F(EngineAdmission, OfManyWithOneIdOneGetsIn) {
  start();
  const auto request = puppet({"sleep"});
  int admitted = 0, refused = 0;
  for (int i = 0; i < 20; ++i) {
    engine->execute(request, [&](Result<void> answer) {
      sink.change([&] { ++(answer ? admitted : refused); });
    });
  }
  wait_until("all answers", [&] { return admitted + refused == 20; });
  EXPECT_EQ(admitted, 1);
}

TEST_F(EngineAdmission, WhatIsNotValidIsRefusedAndForgotten) {
  start();
  auto bad_id = puppet({"exit", "0"});
  bad_id.id = "../escape";
  EXPECT_EQ(refusal(bad_id).reason, ValidationReason::invalid_id);
  auto bad_timeout = puppet({"exit", "0"});
  bad_timeout.timeout = config.max_timeout + Millis(1);
  EXPECT_EQ(refusal(bad_timeout).reason, ValidationReason::timeout_too_large);
  auto bad_directory = puppet({"exit", "0"});
  bad_directory.working_dir = "/nowhere/at/all";
  EXPECT_EQ(refusal(bad_directory).reason, ValidationReason::working_dir_not_found);
  EXPECT_EQ(refusal(command_request(ExecCommand{"no-such-program", {}})).reason,
            ValidationReason::program_not_found);
  EXPECT_EQ(refusal(shell(" ")).reason, ValidationReason::empty_command);
  EXPECT_EQ(engine->list({}).size(), 0U);
  EXPECT_EQ(engine->running_count(), 0U);
}

}  // namespace
}  // namespace escher::test
