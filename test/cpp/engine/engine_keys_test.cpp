// Limits of keys, and limits that change while the engine runs.
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineKeys : public EngineTest {
 protected:
  static ExecutionRequest keyed(std::string key, std::vector<std::string> arguments = {"sleep"}) {
    auto request = puppet(std::move(arguments));
    request.key = std::move(key);
    return request;
  }
  void set_concurrency(std::size_t limit) {
    ASSERT_TRUE(ask<void>([&](auto answer) { engine->set_concurrency(limit, answer); }));
  }
};

TEST_F(EngineKeys, LimitOfAKeyHoldsUpNoOther) {
  config.max_queued_executions = kUnlimited;
  config.max_concurrent_per_key = 1;
  start();
  const auto first = submit(keyed("db"));
  const auto second = submit(keyed("db"));
  EXPECT_EQ(run(keyed("web", {"exit", "0"}))->status, Status::completed);
  EXPECT_EQ(run(puppet({"exit", "0"}))->status, Status::completed);
  EXPECT_EQ(wait_started(first).key, "db");
  EXPECT_EQ(engine->queued_count(), 1U);
  EXPECT_EQ(engine->stats().keys, 1U);
  ASSERT_TRUE(cancel(first).value());
  EXPECT_EQ(wait_finished(first)->key, "db");
  wait_started(second);
}

TEST_F(EngineKeys, RefusalNamesTheKey) {
  config.key_limits = {{"db", 1}};
  start();
  submit(keyed("db"));
  const auto refused = try_submit(keyed("db"));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::concurrency_limit);
  EXPECT_EQ(refused.error().message,
            "Concurrency limit reached: 1 executions with the key 'db' running, 0 waiting; "
            "\"maxQueuedExecutions\" is 0");
}

TEST_F(EngineKeys, ListingFiltersByKey) {
  start();
  const auto job = submit(keyed("db", {"exit", "7"}));
  submit(keyed("web"));
  wait_finished(job);
  ListFilter filter;
  filter.key = "db";
  const auto found = engine->list(filter);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, "db");
  EXPECT_EQ(found[0].exit.code, 7);
}

TEST_F(EngineKeys, SecretsInAKeyAreRedacted) {
  start();
  auto request = keyed("host-hunter2", {"exit", "0"});
  request.redact = {"hunter2"};
  EXPECT_EQ(run(std::move(request))->key, "host-***");
}

TEST_F(EngineKeys, RaisedLimitStartsQueuedExecutions) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = kUnlimited;
  start();
  submit(puppet({"sleep"}));
  const auto second = submit(puppet({"sleep"}));
  set_concurrency(2);
  wait_started(second);
  EXPECT_EQ(engine->queued_count(), 0U);
}

TEST_F(EngineKeys, LimitOfOneKeyChanges) {
  config.key_limits = {{"db", 1}};
  config.max_queued_executions = kUnlimited;
  start();
  submit(keyed("db"));
  const auto second = submit(keyed("db"));
  ASSERT_TRUE(ask<void>([&](auto answer) { engine->set_key_limit("db", 2, answer); }));
  wait_started(second);
}

TEST_F(EngineKeys, PausedEngineStartsNothing) {
  config.max_queued_executions = kUnlimited;
  start();
  const auto before = submit(puppet({"sleep"}));
  wait_started(before);
  ASSERT_TRUE(ask<void>([&](auto answer) { engine->pause(answer); }));
  EXPECT_TRUE(engine->stats().paused);
  const auto job = submit(puppet({"exit", "0"}));
  EXPECT_EQ(engine->queued_count(), 1U);
  EXPECT_EQ(engine->running_count(), 1U);
  ASSERT_TRUE(ask<void>([&](auto answer) { engine->resume(answer); }));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineKeys, PausedEngineWithoutAQueueRefuses) {
  start();
  ASSERT_TRUE(ask<void>([&](auto answer) { engine->pause(answer); }));
  const auto refused = try_submit(puppet({"exit", "0"}));
  ASSERT_TRUE(refused.has_error());
  EXPECT_NE(refused.error().message.find("the engine is paused"), std::string::npos);
}

}  // namespace
}  // namespace escher::test
