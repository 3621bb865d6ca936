// OutputPipeline with output over its limit, for each strategy.

#include <gtest/gtest.h>

#include "output/file_fixtures.hpp"
#include "output/output_pipeline.hpp"
#include "output/pipeline_listener.hpp"

namespace escher {
namespace {

using test::Entry;
using Entries = std::vector<Entry>;
using Strategy = OversizedOutputStrategy;

class OutputOverflowTest : public testing::Test {
 protected:
  void start(Strategy strategy, std::uint64_t limit) {
    OutputOptions options;
    options.limit = limit;
    options.strategy = strategy;
    options.max_line_bytes = 100;
    options.overflow_path = [this](Stream stream) -> Result<std::string> {
      ++paths_asked_;
      return directory_ / (std::string(to_string(stream)) + ".overflow");
    };
    pipeline_ = std::make_unique<OutputPipeline>(options);
  }

  bool write(Stream stream, std::string_view chunk) {
    return pipeline_->write(stream, chunk, true, listener_.emit());
  }

  // Ends both streams; returns the kept bytes of stdout.
  std::string finish() {
    for (const Stream stream : kStreams) pipeline_->end(stream, true, listener_.emit());
    output_ = pipeline_->finish(result_);
    return std::string(output_->bytes[0].view());
  }

  const StreamSummary& out() const { return result_.streams[0]; }

  test::TemporaryDirectory directory_;
  int paths_asked_ = 0;
  std::unique_ptr<OutputPipeline> pipeline_;
  test::PipelineListener listener_;
  ExecutionResult result_;
  std::shared_ptr<const CapturedOutput> output_;
};

TEST_F(OutputOverflowTest, ExactlyTheLimitIsNotOverIt) {
  start(Strategy::truncate_with_warning, 4);
  write(Stream::out, "123\n");
  EXPECT_EQ(finish(), "123\n");
  EXPECT_FALSE(out().truncated);
}

TEST_F(OutputOverflowTest, TruncationKeepsTheFirstBytesAndAddsAWarningLine) {
  start(Strategy::truncate_with_warning, 4);
  EXPECT_FALSE(write(Stream::out, "12\n"));
  EXPECT_FALSE(write(Stream::out, "34\n56\n"));
  EXPECT_EQ(finish(), "12\n3\n[output truncated: stdout exceeded 4 bytes]\n");
  EXPECT_TRUE(out().truncated);
  EXPECT_EQ(out().total_bytes, 9U);
  EXPECT_EQ(paths_asked_, 0);
  ASSERT_EQ(output_->timeline.runs().size(), 1U);
  EXPECT_EQ(output_->timeline.runs()[0].bytes, 4U);
  // Lines continue after the limit.
  EXPECT_EQ(listener_.entries(),
            (Entries{{Stream::out, "12"}, {Stream::out, "34"}, {Stream::out, "56"}}));
}

TEST_F(OutputOverflowTest, TruncationDoesNotCutACodePoint) {
  start(Strategy::truncate_with_warning, 4);
  write(Stream::out, "ab\xE2\x82\xAC");
  EXPECT_EQ(finish(), "ab\n[output truncated: stdout exceeded 4 bytes]\n");
}

TEST_F(OutputOverflowTest, InvalidBytesWithinTheLimitAreKept) {
  start(Strategy::truncate_with_warning, 4);
  write(Stream::out, "ab\xE2\x82");
  EXPECT_EQ(finish(), "ab\xE2\x82");
}

TEST_F(OutputOverflowTest, LimitOfOneStreamDoesNotAffectTheOther) {
  start(Strategy::truncate_with_warning, 4);
  write(Stream::err, "12345");
  write(Stream::out, "1234");
  EXPECT_EQ(finish(), "1234");
  EXPECT_FALSE(out().truncated);
  EXPECT_TRUE(result_.streams[1].truncated);
}

TEST_F(OutputOverflowTest, FailureIsReportedOnceAndEndsTheLines) {
  start(Strategy::fail_execution, 8);
  EXPECT_FALSE(write(Stream::out, "12\n"));
  EXPECT_TRUE(write(Stream::out, "34\n56\n"));
  EXPECT_FALSE(write(Stream::out, "78\n"));
  EXPECT_EQ(finish(), "12\n34\n56");
  EXPECT_TRUE(out().truncated);
  EXPECT_EQ(out().total_bytes, 12U);
  EXPECT_EQ(listener_.entries(),
            (Entries{{Stream::out, "12"}, {Stream::out, "34"}, {Stream::out, "56"}}));
}

TEST_F(OutputOverflowTest, FailureIsReportedForEachStream) {
  start(Strategy::fail_execution, 2);
  EXPECT_TRUE(write(Stream::out, "123"));
  EXPECT_TRUE(write(Stream::err, "123"));
}

TEST_F(OutputOverflowTest, SpilledStreamIsCompleteInItsFile) {
  start(Strategy::stream_to_file, 4);
  write(Stream::out, "12\n");
  EXPECT_FALSE(write(Stream::out, "34\n"));
  EXPECT_FALSE(write(Stream::out, "56\n"));
  EXPECT_EQ(finish(), "12\n3");
  EXPECT_TRUE(out().truncated);
  EXPECT_EQ(out().overflow_file, directory_ / "stdout.overflow");
  EXPECT_EQ(result_.streams[1].overflow_file, "");
  EXPECT_EQ(result_.overflow_error, "");
  EXPECT_EQ(test::content_of(out().overflow_file), "12\n34\n56\n");
  EXPECT_EQ(test::mode_of(out().overflow_file), 0600U);
  EXPECT_EQ(paths_asked_, 1);
  EXPECT_EQ(listener_.entries().size(), 3U);
}

TEST_F(OutputOverflowTest, SpilledStreamIsTruncatedOnACodePointInMemoryOnly) {
  start(Strategy::stream_to_file, 4);
  write(Stream::out, "ab\xE2\x82\xAC");
  EXPECT_EQ(finish(), "ab");
  EXPECT_EQ(test::content_of(out().overflow_file), "ab\xE2\x82\xAC");
}

TEST_F(OutputOverflowTest, NoFileIsCreatedWithinTheLimit) {
  start(Strategy::stream_to_file, 4);
  write(Stream::out, "1234");
  EXPECT_EQ(finish(), "1234");
  EXPECT_EQ(paths_asked_, 0);
}

TEST_F(OutputOverflowTest, FullDiskEndsTheSpillNotTheExecution) {
  start(Strategy::stream_to_file, 4);
  write(Stream::out, "12\n34\n");
  EXPECT_TRUE(test::exists(directory_ / "stdout.overflow"));
  {
    test::FileSizeLimit limit(6);
    EXPECT_FALSE(write(Stream::out, "56\n"));
  }
  EXPECT_FALSE(test::exists(directory_ / "stdout.overflow"));
  write(Stream::out, "78\n");
  EXPECT_EQ(finish(), "12\n3\n[output truncated: stdout exceeded 4 bytes]\n");
  EXPECT_TRUE(out().truncated);
  EXPECT_EQ(out().overflow_file, "");
  EXPECT_NE(result_.overflow_error.find("EFBIG"), std::string::npos);
  EXPECT_EQ(out().total_bytes, 12U);
  EXPECT_EQ(listener_.entries().size(), 4U);
}

TEST_F(OutputOverflowTest, FullDiskAtTheFirstByteEndsTheSpill) {
  start(Strategy::stream_to_file, 4);
  {
    test::FileSizeLimit limit(0);
    write(Stream::out, "12345");
  }
  EXPECT_FALSE(test::exists(directory_ / "stdout.overflow"));
  EXPECT_EQ(finish(), "1234\n[output truncated: stdout exceeded 4 bytes]\n");
  EXPECT_NE(result_.overflow_error.find("write"), std::string::npos);
}

TEST_F(OutputOverflowTest, RemovedDirectoryEndsTheSpillNotTheExecution) {
  start(Strategy::stream_to_file, 4);
  std::filesystem::remove_all(directory_.path());
  write(Stream::out, "12345");
  write(Stream::out, "678");
  EXPECT_EQ(finish(), "1234\n[output truncated: stdout exceeded 4 bytes]\n");
  EXPECT_NE(result_.overflow_error.find("ENOENT"), std::string::npos);
  EXPECT_EQ(paths_asked_, 1);
}

TEST_F(OutputOverflowTest, ExistingFileIsNotOverwritten) {
  start(Strategy::stream_to_file, 4);
  test::write_file(directory_ / "stdout.overflow", "existing");
  write(Stream::out, "12345");
  finish();
  EXPECT_EQ(out().overflow_file, "");
  EXPECT_NE(result_.overflow_error.find("EEXIST"), std::string::npos);
  EXPECT_EQ(test::content_of(directory_ / "stdout.overflow"), "existing");
}

TEST_F(OutputOverflowTest, FirstErrorIsReported) {
  start(Strategy::stream_to_file, 4);
  std::filesystem::remove_all(directory_.path());
  write(Stream::err, "12345");
  write(Stream::out, "12345");
  finish();
  EXPECT_NE(result_.overflow_error.find("stderr.overflow"), std::string::npos);
}

TEST_F(OutputOverflowTest, MissingPathIsReported) {
  OutputOptions options;
  options.limit = 1;
  options.strategy = Strategy::stream_to_file;
  options.max_line_bytes = 100;
  options.overflow_path = [](Stream) -> Result<std::string> {
    return errors::io(28, "mkdir", "/full");
  };
  pipeline_ = std::make_unique<OutputPipeline>(options);
  write(Stream::out, "12");
  EXPECT_EQ(finish(), "1\n[output truncated: stdout exceeded 1 bytes]\n");
  EXPECT_NE(result_.overflow_error.find("/full"), std::string::npos);
}

}  // namespace
}  // namespace escher
