// Which finished executions the engine retains, and how much of their output.
#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineRetention : public EngineTest {
 protected:
  EngineRetention() { config.enable_auto_cleanup = false; }

  std::vector<Job> finish(int count) {
    std::vector<Job> jobs;
    for (int i = 0; i < count; ++i) {
      jobs.push_back(submit(puppet({"print", std::to_string(i)})));
      wait_finished(jobs.back());
    }
    return jobs;
  }
  std::size_t cleanup() {
    return *ask<std::size_t>([&](auto handler) { engine->cleanup(handler); });
  }
  bool known(const Job& job) { return engine->status(job.id).has_value(); }
};

TEST_F(EngineRetention, DropsTheOldestOverTheMaximum) {
  config.max_in_memory_executions = 2;
  start();
  const auto jobs = finish(5);
  EXPECT_EQ(cleanup(), 3U);
  EXPECT_FALSE(known(jobs[2]));
  EXPECT_TRUE(known(jobs[3]));
  EXPECT_TRUE(known(jobs[4]));
  EXPECT_EQ(cleanup(), 0U);
}

TEST_F(EngineRetention, ReportsRemovalsOnlyWhileTheyAreWatched) {
  config.max_in_memory_executions = 2;
  start();
  finish(3);
  EXPECT_EQ(cleanup(), 1U);
  engine->watch_removals(true);
  const auto jobs = finish(1);
  EXPECT_EQ(cleanup(), 1U);
  EXPECT_TRUE(engine->remove(jobs[0].id));
  wait_until("the removals", [&] { return sink.removed_entries().size() == 2; });
  EXPECT_EQ(sink.removed_entries()[0].reason, RemovalReason::count);
  EXPECT_EQ(sink.removed_entries()[1].reason, RemovalReason::request);
  EXPECT_EQ(sink.removed_entries()[1].token, jobs[0].token);
  EXPECT_EQ(format_id(sink.removed_entries()[1].id), jobs[0].id);
}

TEST_F(EngineRetention, DropsOldRecordsAndNoRunningExecution) {
  config.execution_retention = Millis(0);
  config.max_in_memory_executions = 1;
  start();
  const auto running = submit(puppet({"sleep"}));
  finish(3);
  EXPECT_EQ(cleanup(), 3U);
  EXPECT_EQ(engine->stats().retained_records, 0U);
  EXPECT_TRUE(known(running));
}

TEST_F(EngineRetention, CleanupTaskDropsRecords) {
  config.enable_auto_cleanup = true;
  config.cleanup_interval = Millis(5);
  config.execution_retention = Millis(0);
  start();
  const auto jobs = finish(1);
  look_until("the retention pass", [&] { return !known(jobs[0]); });
}

TEST_F(EngineRetention, CleanupTaskCanBeStartedAndStoppedRepeatedly) {
  config.cleanup_interval = Millis(5);
  config.execution_retention = Millis(0);
  start();
  const auto first = finish(1);
  engine->start_cleanup_task();
  engine->start_cleanup_task();
  look_until("the retention pass", [&] { return !known(first[0]); });
  engine->stop_cleanup_task();
  engine->stop_cleanup_task();
  // Runs after the stop, on the same strand.
  cleanup();
  const auto second = finish(1);
  EXPECT_TRUE(known(second[0]));
}

TEST_F(EngineRetention, StartsAnEarlyPassATenthOverTheMaximum) {
  config.enable_auto_cleanup = true;
  config.cleanup_interval = kForever;
  config.max_in_memory_executions = 10;
  start();
  const auto jobs = finish(11);
  look_until("the early pass", [&] { return engine->stats().retained_records == 10U; });
  EXPECT_FALSE(known(jobs[0]));
  EXPECT_TRUE(known(jobs[1]));
}

TEST_F(EngineRetention, DropsTheOldestOutputOverTheByteLimit) {
  config.max_retained_bytes = 250;
  start();
  std::vector<Job> jobs;
  for (int i = 0; i < 3; ++i) {
    jobs.push_back(submit(puppet({"pattern", "100"})));
    wait_finished(jobs.back());
  }
  EXPECT_EQ(engine->stats().retained_bytes, 200U);
  EXPECT_EQ(engine->record(jobs[0].id)->output, nullptr);
  EXPECT_EQ(engine->record(jobs[0].id)->result->streams[0].total_bytes, 100U);
  EXPECT_NE(engine->record(jobs[1].id)->output, nullptr);
  EXPECT_TRUE(replay(jobs[0])->empty());
}

TEST_F(EngineRetention, RemoveRejectsARunningExecution) {
  start();
  const auto running = submit(puppet({"sleep"}));
  EXPECT_EQ(engine->remove(running.id).error().code, ErrorCode::execution_active);
  const auto jobs = finish(1);
  EXPECT_TRUE(engine->remove(jobs[0].id));
  EXPECT_FALSE(known(jobs[0]));
  EXPECT_EQ(engine->remove(jobs[0].id).error().code, ErrorCode::execution_not_found);
  EXPECT_EQ(engine->remove("nonsense").error().code, ErrorCode::execution_not_found);
}

TEST_F(EngineRetention, IdIsFreeAfterItsRecordIsRemoved) {
  start();
  auto request = puppet({"exit", "0"});
  const auto job = submit(request);
  wait_finished(job);
  EXPECT_EQ(try_submit(request).error().code, ErrorCode::duplicate_id);
  engine->remove(job.id);
  request.token = puppet({}).token;
  EXPECT_TRUE(try_submit(request));
  wait_finished({request.token, request.id});
}

TEST_F(EngineRetention, ListsTheNewestFirstAndAppliesTheFilter) {
  start();
  auto tagged = puppet({"exit", "1"});
  tagged.tags = {"a", "b"};
  tagged.metadata = "{}";
  const auto failed = submit(std::move(tagged));
  wait_finished(failed);
  const auto completed = finish(1)[0];
  const auto running = submit(puppet({"sleep"}));
  wait_started(running);

  const auto all = engine->list({});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(format_id(all[0].id), running.id);
  EXPECT_EQ(all[0].status, Status::running);
  EXPECT_EQ(format_id(all[1].id), completed.id);
  EXPECT_EQ(format_id(all[2].id), failed.id);
  EXPECT_EQ(all[2].metadata, "{}");
  EXPECT_GT(all[2].duration.count(), 0);

  EXPECT_EQ(engine->list({{Status::failed, Status::completed}, "", SIZE_MAX, ""}).size(), 2U);
  EXPECT_EQ(engine->list({{}, "b", SIZE_MAX, ""}).size(), 1U);
  EXPECT_EQ(engine->list({{Status::running}, "b", SIZE_MAX, ""}).size(), 0U);
  EXPECT_EQ(engine->list({{}, "", 2, ""}).size(), 2U);
}

}  // namespace
}  // namespace escher::test
