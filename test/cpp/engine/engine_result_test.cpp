// The result of an execution that ended by itself.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {
namespace {

using EngineResult = EngineTest;

TEST_F(EngineResult, DescribesASuccess) {
  start();
  auto request = puppet({"print", "out\n", "err\n"});
  request.metadata = "{\"a\":1}";
  const auto job = submit(std::move(request));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_TRUE(result->success());
  EXPECT_EQ(result->exit.code, 0);
  EXPECT_EQ(result->exit.signal, std::nullopt);
  EXPECT_FALSE(result->error);
  EXPECT_EQ(result->streams[0].total_bytes, 4U);
  EXPECT_EQ(result->streams[1].total_bytes, 4U);
  EXPECT_FALSE(result->output_incomplete);
  EXPECT_EQ(result->pid, wait_started(job).pid);
  EXPECT_GT(result->started_at, 0);
  EXPECT_GE(result->completed_at, result->started_at);
  EXPECT_GT(result->duration.count(), 0);
  EXPECT_GE(result->queued.count(), 0);
  ASSERT_TRUE(result->usage);
  EXPECT_GT(result->usage->max_rss_bytes, 0U);
  EXPECT_EQ(result->command, std::string(kPuppetPath) + " print 'out\n' 'err\n'");
  EXPECT_EQ(result->metadata, "{\"a\":1}");
  EXPECT_EQ(kept(job), "out\n");
  EXPECT_EQ(kept(job, Stream::err), "err\n");
}

TEST_F(EngineResult, DescribesANonZeroExit) {
  start();
  const auto result = run(puppet({"exit", "3"}));
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_FALSE(result->success());
  EXPECT_EQ(result->exit.code, 3);
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::command_failed);
  EXPECT_EQ(result->error->message, "Command failed with exit code 3");
}

TEST_F(EngineResult, DescribesADeathBySignal) {
  start();
  const auto result = run(puppet({"die", std::to_string(SIGSEGV)}));
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_EQ(result->exit.code, std::nullopt);
  EXPECT_EQ(result->exit.signal, SIGSEGV);
  EXPECT_EQ(result->error->code, ErrorCode::command_failed);
}

TEST_F(EngineResult, DescribesAFailedLaunch) {
  const TemporaryDirectory directory;
  write_file(directory / "text", "no program");
  ::chmod((directory / "text").c_str(), 0700);
  start();
  const auto job = submit(command_request(ExecCommand{directory / "text", {}}));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->os_error, ENOEXEC);
  EXPECT_EQ(result->error->syscall, "execve");
  EXPECT_EQ(result->error->path, directory / "text");
  EXPECT_EQ(result->pid, 0);
  EXPECT_FALSE(result->usage);
  EXPECT_EQ(result->duration.count(), 0);
  EXPECT_EQ(seen(job).order, "F");
  EXPECT_EQ(engine->stats().spawn_failures, 1U);
  EXPECT_EQ(engine->running_count(), 0U);
}

TEST_F(EngineResult, ReportsCpuTimeAndMemory) {
  start();
  const auto result = run(puppet({"burn", "100", "32"}));
  EXPECT_GE((result->usage->user_cpu + result->usage->system_cpu).count(), 90);
  EXPECT_GE(result->usage->max_rss_bytes, 32U << 20);
  EXPECT_GE(result->duration.count(), 90);
}

TEST_F(EngineResult, DescribesAShellCommandAndAScript) {
  const TemporaryDirectory directory;
  write_file(directory / "script.sh", "echo \"$1\"; pwd\n");
  start();
  const auto in_shell = submit(shell("printf '%s' a | tr a b; exit 4"));
  EXPECT_EQ(wait_finished(in_shell)->exit.code, 4);
  EXPECT_EQ(kept(in_shell), "b");

  auto request = command_request(ScriptCommand{directory / "script.sh", {}, {"argument"}});
  request.working_dir = std::filesystem::canonical(directory.path()).string();
  const auto script = submit(request);
  wait_finished(script);
  EXPECT_EQ(kept(script), "argument\n" + *request.working_dir + "\n");
}

TEST_F(EngineResult, RequestChangesTheInheritedEnvironment) {
  start();
  auto request = puppet({"environment"});
  request.inherited_env = std::make_shared<Environment>(Environment{"KEPT=1", "GONE=2", "NEW=3"});
  request.env = {{"GONE", std::nullopt}, {"NEW", "4"}, {"MORE", "5"}};
  const auto job = submit(request);
  wait_finished(job);
  EXPECT_THAT(kept(job),
              testing::MatchesRegex("KEPT=1\nNEW=4\nMORE=5\nEXEC_ENGINE_ID=[-/0-9a-f]+\n"));

  auto bare = puppet({"environment"});
  bare.extend_env = false;
  bare.env = {{"ONLY", "this"}};
  const auto alone = submit(bare);
  wait_finished(alone);
  EXPECT_THAT(kept(alone), testing::MatchesRegex("ONLY=this\nEXEC_ENGINE_ID=[-/0-9a-f]+\n"));

  // A request that removes the marker lets its descendants outlive the host.
  bare.env.push_back({"EXEC_ENGINE_ID", std::nullopt});
  bare.id = format_id(random_id());
  ++bare.token;
  const auto unmarked = submit(bare);
  wait_finished(unmarked);
  EXPECT_EQ(kept(unmarked), "ONLY=this\n");
}

TEST_F(EngineResult, StatusAndStatisticsFollowTheExecution) {
  start();
  EXPECT_EQ(engine->status(format_id(random_id())), std::nullopt);
  const auto job = submit(puppet({"sleep"}));
  wait_started(job);
  EXPECT_EQ(engine->status(job.id), Status::running);
  EXPECT_FALSE(engine->record(job.id));
  EXPECT_EQ(engine->running_count(), 1U);
  EXPECT_EQ(engine->stats().by_status[index_of(Status::running)], 1U);
  wait_output(job, "ready");
  kill(job, SIGTERM);
  wait_finished(job);
  EXPECT_EQ(engine->status(job.id), Status::failed);
  EXPECT_TRUE(engine->record(job.id));
  EXPECT_EQ(engine->running_count(), 0U);
  const auto stats = engine->stats();
  EXPECT_EQ(stats.by_status[index_of(Status::failed)], 1U);
  EXPECT_EQ(stats.total_lines, 1U);
  EXPECT_EQ(stats.total_bytes, 6U);
  EXPECT_GT(stats.spawn_p50.count(), 0);
  EXPECT_GT(stats.duration_p99.count(), 0);
}

}  // namespace
}  // namespace escher::test
