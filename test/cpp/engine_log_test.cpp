// The log files of executions.
#include <algorithm>
#include <regex>

#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineLog : public EngineTest {
 protected:
  TemporaryDirectory directory;
};

TEST_F(EngineLog, HasALineForEveryLineOfOutput) {
  config.log_dir = directory / "logs";
  start();
  const auto job = submit(puppet({"print", "one\ntwo\n", "three"}));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->log_file, *config.log_dir + "/" + job.id + ".log");
  EXPECT_EQ(result->log_error, "");
  EXPECT_EQ(mode_of(result->log_file), 0600U);
  const std::string text = content_of(result->log_file);
  const std::string time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  EXPECT_TRUE(std::regex_search(text, std::regex(time + " stdout one\n" + time + " stdout two\n")))
      << text;
  EXPECT_TRUE(std::regex_search(text, std::regex(time + " stderr three\n"))) << text;
}

TEST_F(EngineLog, IsWrittenThoughNobodyWatches) {
  config.log_dir = directory.path();
  start();
  engine->watch_all(false);
  const auto job = submit(puppet({"lines", "1000"}));
  const std::string text = content_of(wait_finished(job)->log_file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
}

TEST_F(EngineLog, OfTheRequestTakesThePlaceOfTheOneInTheDirectory) {
  config.log_dir = directory.path();
  start();
  auto request = puppet({"print", "x\n"});
  request.output_log_path = directory / "mine/it.log";
  const auto job = submit(std::move(request));
  EXPECT_EQ(wait_finished(job)->log_file, directory / "mine/it.log");
  EXPECT_FALSE(exists(directory / (job.id + ".log")));
}

TEST_F(EngineLog, ThatCannotBeWrittenNeverEndsTheCommand) {
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
