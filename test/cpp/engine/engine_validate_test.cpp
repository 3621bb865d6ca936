// The check of a request that is not started.
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineValidate : public EngineTest {
 protected:
  Result<void> validate(ExecutionRequest request, bool with_files = true) {
    return ask<void>(
        [&](auto handler) { engine->validate(std::move(request), with_files, handler); });
  }
};

TEST_F(EngineValidate, ValidRequestIsNeitherStartedNorRegistered) {
  start();
  auto request = puppet({"exit", "0"});
  const std::string id = request.id;
  EXPECT_TRUE(validate(std::move(request)));
  EXPECT_EQ(engine->status(id), std::nullopt);
  EXPECT_TRUE(engine->list({}).empty());
  EXPECT_FALSE(engine->stats().guarded);
}

TEST_F(EngineValidate, FullEngineDoesNotMatter) {
  config.max_concurrent_executions = 1;
  start();
  submit(puppet({"sleep"}));
  EXPECT_TRUE(validate(puppet({"exit", "0"})));
}

TEST_F(EngineValidate, RulesAreThoseOfAnExecution) {
  start();
  auto request = puppet({"exit", "0"});
  request.timeout = Millis(-1);
  const auto refused = validate(std::move(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, ValidationReason::invalid_timeout);
}

TEST_F(EngineValidate, FilesAreCheckedOnRequest) {
  start();
  const auto missing = [] {
    auto request = puppet({"exit", "0"});
    request.command = ExecCommand{"/nowhere/program", {}};
    return request;
  };
  const auto refused = validate(missing());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, ValidationReason::program_not_found);
  EXPECT_TRUE(validate(missing(), false));
  auto elsewhere = missing();
  elsewhere.working_dir = "/nowhere";
  EXPECT_TRUE(validate(std::move(elsewhere), false));
  auto empty = missing();
  empty.command = ExecCommand{"", {}};
  EXPECT_EQ(validate(std::move(empty), false).error().reason, ValidationReason::empty_command);
}

TEST_F(EngineValidate, IdOfAnotherExecutionIsRefused) {
  start();
  const auto job = submit(puppet({"sleep"}));
  auto request = puppet({"exit", "0"});
  request.id = job.id;
  EXPECT_EQ(validate(std::move(request)).error().code, ErrorCode::duplicate_id);
}

TEST_F(EngineValidate, SecretsAreNotInTheMessage) {
  start();
  auto request = puppet({"exit", "0"});
  request.command = ExecCommand{"/nowhere/hidden-word", {}};
  request.redact = {"hidden-word"};
  const auto refused = validate(std::move(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("hidden-word"), std::string::npos);
}

}  // namespace
}  // namespace escher::test
