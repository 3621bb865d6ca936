// The output limit with each of the three strategies: one byte below it, at it, and above it.
#include <sys/stat.h>

#include <csignal>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/pattern.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {
namespace {

constexpr std::size_t kLimit = 100'000;

class EngineOutputLimit : public EngineTest {
 protected:
  EngineOutputLimit() { config.max_output_size_bytes = kLimit; }

  Job submit_pattern(std::size_t bytes, OversizedOutputStrategy strategy, int fd = 1) {
    auto request = puppet({"pattern", std::to_string(bytes), std::to_string(fd)});
    request.oversized_output_strategy = strategy;
    return submit(std::move(request));
  }
};

using enum OversizedOutputStrategy;

TEST_F(EngineOutputLimit, ExactlyTheLimitIsNotOverIt) {
  start();
  for (const auto strategy : {truncate_with_warning, fail_execution, stream_to_file}) {
    for (const std::size_t bytes : {kLimit - 1, kLimit}) {
      const auto job = submit_pattern(bytes, strategy);
      const auto result = wait_finished(job);
      EXPECT_EQ(result->status, Status::completed);
      EXPECT_FALSE(result->streams[0].truncated);
      EXPECT_EQ(result->streams[0].overflow_file, "");
      EXPECT_EQ(kept(job), pattern(bytes));
    }
  }
}

TEST_F(EngineOutputLimit, TruncateKeepsTheBeginningAndReadsTheRest) {
  start();
  for (const std::size_t bytes : {kLimit + 1, 20 * kLimit}) {
    const auto job = submit_pattern(bytes, truncate_with_warning);
    const auto result = wait_finished(job);
    EXPECT_EQ(result->status, Status::completed);
    EXPECT_TRUE(result->streams[0].truncated);
    EXPECT_EQ(result->streams[0].total_bytes, bytes);
    EXPECT_EQ(kept(job), pattern(bytes).substr(0, kLimit) +
                             "\n[output truncated: stdout exceeded 100000 bytes]\n");
    // The events contain all lines.
    EXPECT_EQ(seen(job).text(), pattern(bytes) + '\n');
  }
}

TEST_F(EngineOutputLimit, AppliesToEachStream) {
  start();
  auto request = shell(std::string("'") + kPuppetPath + "' pattern 100000; '" + kPuppetPath +
                       "' pattern 100001 2");
  const auto job = submit(std::move(request));
  const auto result = wait_finished(job);
  EXPECT_FALSE(result->streams[0].truncated);
  EXPECT_TRUE(result->streams[1].truncated);
  EXPECT_EQ(kept(job), pattern(kLimit));
}

TEST_F(EngineOutputLimit, FailEndsTheTreeAtTheFirstByteOverTheLimit) {
  start();
  const auto just_over = submit_pattern(kLimit + 1, fail_execution);
  EXPECT_EQ(wait_finished(just_over)->status, Status::failed);

  auto request = puppet({"flood"});
  request.oversized_output_strategy = fail_execution;
  const auto job = submit(std::move(request));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_EQ(result->exit.signal, SIGTERM);
  EXPECT_EQ(result->error->code, ErrorCode::output_size_exceeded);
  EXPECT_EQ(result->error->message, "Output size exceeded maximum of 100000 bytes");
  EXPECT_TRUE(result->streams[0].truncated);
  EXPECT_EQ(kept(job).size(), kLimit);
}

TEST_F(EngineOutputLimit, StreamToFileWritesTheWholeStreamToAFile) {
  const TemporaryDirectory directory;
  config.overflow_dir = directory / "overflow";
  start();
  const auto job = submit_pattern(20 * kLimit, stream_to_file);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_TRUE(result->streams[0].truncated);
  EXPECT_EQ(kept(job), pattern(20 * kLimit).substr(0, kLimit));
  const auto& file = result->streams[0].overflow_file;
  EXPECT_EQ(file, *config.overflow_dir + "/" + job.id + ".stdout");
  EXPECT_EQ(content_of(file), pattern(20 * kLimit));
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(mode_of(*config.overflow_dir), 0700U);
  // The file is removed with its record.
  EXPECT_TRUE(engine->remove(job.id));
  EXPECT_FALSE(exists(file));
}

TEST_F(EngineOutputLimit, DefaultDirectoryIsPrivateAndRemovedWithTheEngine) {
  start();
  const auto job = submit_pattern(kLimit + 1, stream_to_file, 2);
  const std::string file = wait_finished(job)->streams[1].overflow_file;
  EXPECT_EQ(content_of(file), pattern(kLimit + 1));
  const auto directory = std::filesystem::path(file).parent_path();
  EXPECT_EQ(mode_of(directory.string()), 0700U);
  end();
  EXPECT_FALSE(exists(directory.string()));
}

TEST_F(EngineOutputLimit, KeptFilesOutliveTheEngine) {
  const TemporaryDirectory directory;
  config.overflow_dir = directory.path();
  config.keep_overflow_files = true;
  start();
  const auto job = submit_pattern(kLimit + 1, stream_to_file);
  const std::string file = wait_finished(job)->streams[0].overflow_file;
  engine->remove(job.id);
  end();
  EXPECT_EQ(content_of(file), pattern(kLimit + 1));
}

TEST_F(EngineOutputLimit, FileFailureDoesNotEndTheCommand) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  config.overflow_dir = directory / "file/below";
  start();
  const auto job = submit_pattern(2 * kLimit, stream_to_file);
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_FALSE(result->error);
  EXPECT_NE(result->overflow_error, "");
  EXPECT_EQ(result->streams[0].overflow_file, "");
  EXPECT_EQ(result->streams[0].total_bytes, 2 * kLimit);
}

TEST_F(EngineOutputLimit, RequestOverridesTheConfiguration) {
  start();
  auto request = puppet({"pattern", "100"});
  request.max_output_size_bytes = 10;
  const auto job = submit(std::move(request));
  EXPECT_TRUE(wait_finished(job)->streams[0].truncated);
  EXPECT_EQ(kept(job).substr(0, 11), pattern(10) + '\n');
}

}  // namespace
}  // namespace escher::test
