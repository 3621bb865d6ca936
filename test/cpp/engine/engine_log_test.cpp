// The log files of executions.
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineLog : public EngineTest {
 protected:
  // The sorted lines of output of a log without their timestamps, whose format is checked.
  static std::vector<std::string> entries_of(const std::string& file) {
    std::vector<std::string> entries;
    std::istringstream text(content_of(file));
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("# ")) continue;
      // 2026-11-21T09:30:00.123Z
      EXPECT_EQ(line.find_first_not_of("0123456789-T:.Z"), 24U) << line;
      EXPECT_EQ(line[23], 'Z') << line;
      entries.push_back(line.substr(std::min<std::size_t>(line.size(), 25)));
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  TemporaryDirectory directory;
};

TEST_F(EngineLog, HasALinePerLineOfOutput) {
  config.log_dir = directory / "logs";
  start();
  const auto job = submit(puppet({"print", "one\ntwo\n", "three"}));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->log_file, *config.log_dir + "/" + job.id + ".log");
  EXPECT_EQ(result->log_error, "");
  EXPECT_EQ(mode_of(result->log_file), 0600U);
  EXPECT_EQ(entries_of(result->log_file),
            (std::vector<std::string>{"stderr three", "stdout one", "stdout two"}));
}

TEST_F(EngineLog, OfARunningExecutionIsNotReplaced) {
  start();
  auto first = shell("echo one; exec sleep 1000"), second = shell("echo two");
  first.output_log_path = second.output_log_path = directory / "shared.log";
  const auto writing = submit(std::move(first));
  wait_output(writing, "one");
  const auto later = run(std::move(second));
  EXPECT_EQ(later->status, Status::completed);
  EXPECT_EQ(later->log_file, "");
  EXPECT_THAT(later->log_error, testing::HasSubstr("an execution writes to it"));
  cancel(writing);
  const auto result = wait_finished(writing);
  EXPECT_EQ(result->log_error, "");
  EXPECT_EQ(entries_of(result->log_file), std::vector<std::string>{"stdout one"});
  // The path is free as soon as the end was reported.
  auto third = shell("echo three");
  third.output_log_path = directory / "shared.log";
  EXPECT_EQ(entries_of(run(std::move(third))->log_file), std::vector<std::string>{"stdout three"});
}

TEST_F(EngineLog, IsWrittenForUnwatchedExecutions) {
  config.log_dir = directory.path();
  start();
  engine->watch_all(false);
  const auto job = submit(puppet({"lines", "1000"}));
  EXPECT_EQ(entries_of(wait_finished(job)->log_file).size(), 1000U);
}

TEST_F(EngineLog, PathOfTheRequestReplacesTheLogDirectory) {
  config.log_dir = directory.path();
  start();
  auto request = puppet({"print", "x\n"});
  request.output_log_path = directory / "mine/it.log";
  const auto job = submit(std::move(request));
  EXPECT_EQ(wait_finished(job)->log_file, directory / "mine/it.log");
  EXPECT_FALSE(exists(directory / (job.id + ".log")));
}

TEST_F(EngineLog, FailureDoesNotEndTheCommand) {
  write_file(directory / "file", "");
  start();
  auto request = puppet({"print", "x\n"});
  request.output_log_path = directory / "file/below.log";
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_FALSE(result->error);
  EXPECT_NE(result->log_error, "");
  EXPECT_EQ(result->log_file, "");
}

}  // namespace
}  // namespace escher::test
