#include "output/output_pipeline.hpp"

#include <gtest/gtest.h>

#include "output/file_fixtures.hpp"
#include "output/pipeline_listener.hpp"

namespace escher {
namespace {

using test::Entry;
using Entries = std::vector<Entry>;

constexpr bool kWatched = true;
constexpr bool kUnwatched = false;

OutputOptions options() {
  OutputOptions options;
  options.token = 7;
  options.limit = 1000;
  options.max_line_bytes = 100;
  return options;
}

class OutputPipelineTest : public testing::Test {
 protected:
  bool write(Stream stream, std::string_view chunk, bool watched = kWatched) {
    return pipeline_.write(stream, chunk, watched, listener_.emit());
  }
  void end(Stream stream, bool watched = kWatched) {
    pipeline_.end(stream, watched, listener_.emit());
  }
  void flush(Stream stream) { pipeline_.flush_partial(stream, listener_.emit()); }

  OutputPipeline pipeline_{options()};
  test::PipelineListener listener_;
  ExecutionResult result_;
};

TEST_F(OutputPipelineTest, EmitsOneBatchPerChunk) {
  EXPECT_FALSE(write(Stream::out, "one\ntwo\nthr"));
  EXPECT_FALSE(write(Stream::err, "oops\n"));
  EXPECT_FALSE(write(Stream::out, "ee\n"));
  ASSERT_EQ(listener_.batches.size(), 3U);
  EXPECT_EQ(listener_.batches[0].token, 7U);
  EXPECT_GT(listener_.batches[0].timestamp, 0);
  EXPECT_EQ(listener_.batches[2].first_seq, 3U);
  EXPECT_EQ(listener_.entries(), (Entries{{Stream::out, "one"},
                                          {Stream::out, "two"},
                                          {Stream::err, "oops"},
                                          {Stream::out, "three"}}));
}

TEST_F(OutputPipelineTest, KeepsTheExactBytesOfBothStreams) {
  write(Stream::out, "a\r\n\xFF");
  write(Stream::err, "b");
  end(Stream::out);
  end(Stream::err);
  const auto output = pipeline_.finish(result_);
  EXPECT_EQ(output->bytes[0].view(), "a\r\n\xFF");
  EXPECT_EQ(output->bytes[1].view(), "b");
  EXPECT_EQ(result_.streams[0].total_bytes, 4U);
  EXPECT_EQ(result_.streams[1].total_bytes, 1U);
  EXPECT_FALSE(result_.streams[0].truncated);
  EXPECT_EQ(pipeline_.total_bytes(), 5U);
}

TEST_F(OutputPipelineTest, EndDeliversTheLastLine) {
  write(Stream::out, "no line break");
  EXPECT_TRUE(listener_.batches.empty());
  end(Stream::out);
  EXPECT_EQ(listener_.entries(), (Entries{{Stream::out, "no line break"}}));
  end(Stream::out);
  EXPECT_EQ(listener_.batches.size(), 1U);
}

TEST_F(OutputPipelineTest, FlushDeliversAPrompt) {
  EXPECT_FALSE(pipeline_.has_partial(Stream::out));
  write(Stream::out, "Name? ");
  EXPECT_TRUE(pipeline_.has_partial(Stream::out));
  EXPECT_FALSE(pipeline_.has_partial(Stream::err));
  flush(Stream::out);
  EXPECT_FALSE(pipeline_.has_partial(Stream::out));
  write(Stream::out, "Bob\n");
  EXPECT_EQ(listener_.entries(), (Entries{{Stream::out, "Name? ", true}, {Stream::out, "Bob"}}));
}

TEST_F(OutputPipelineTest, PiecesOfALongLineAreBatchesOfTheirOwn) {
  write(Stream::out, std::string(250, 'x') + "\nshort\n");
  ASSERT_EQ(listener_.batches.size(), 3U);
  EXPECT_TRUE(listener_.batches[0].partial);
  EXPECT_TRUE(listener_.batches[1].partial);
  EXPECT_FALSE(listener_.batches[2].partial);
  EXPECT_EQ(listener_.batches[2].text, std::string(50, 'x') + "\nshort");
}

TEST_F(OutputPipelineTest, CountsLinesOncePerLine) {
  write(Stream::out, std::string(250, 'x') + "\nshort\nbegun");
  flush(Stream::out);
  EXPECT_EQ(pipeline_.total_lines(), 2U);
  end(Stream::out);
  EXPECT_EQ(pipeline_.total_lines(), 3U);
}

TEST_F(OutputPipelineTest, NumbersContinueAcrossUnwatchedLines) {
  write(Stream::out, "0\n1\n" + std::string(250, 'x') + "\n", kUnwatched);
  write(Stream::err, "5\nbegun ", kUnwatched);
  EXPECT_TRUE(listener_.batches.empty());
  write(Stream::err, "and taken\n");
  ASSERT_EQ(listener_.batches.size(), 1U);
  EXPECT_EQ(listener_.batches[0].first_seq, 6U);
  EXPECT_EQ(listener_.batches[0].text, "begun and taken");
  EXPECT_EQ(pipeline_.total_lines(), 5U);
}

TEST_F(OutputPipelineTest, UnwatchedEndEmitsNothing) {
  write(Stream::out, "last", kUnwatched);
  end(Stream::out, kUnwatched);
  EXPECT_TRUE(listener_.batches.empty());
  EXPECT_EQ(pipeline_.total_lines(), 1U);
}

TEST_F(OutputPipelineTest, FinishWithoutOutputIsAnEmptyResult) {
  const auto output = pipeline_.finish(result_);
  EXPECT_EQ(output->size(), 0U);
  EXPECT_TRUE(output->timeline.runs().empty());
  EXPECT_EQ(result_.log_file, "");
  EXPECT_EQ(result_.log_error, "");
  EXPECT_EQ(result_.overflow_error, "");
}

class PipelineLogTest : public testing::Test {
 protected:
  PipelineLogTest() : pipeline_(logging_options(path_)) { pipeline_.open_log(); }

  static OutputOptions logging_options(const std::string& path) {
    OutputOptions logging = options();
    logging.log_path = [path] { return path; };
    return logging;
  }

  // The log without timestamps.
  std::string logged() const {
    std::string text = test::content_of(path_);
    constexpr std::size_t kStamp = 25;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) text.erase(at, kStamp);
    return text;
  }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_ / "logs/run.log";
  OutputPipeline pipeline_;
  test::PipelineListener listener_;
  ExecutionResult result_;
};

TEST_F(PipelineLogTest, ContainsUnwatchedLines) {
  pipeline_.write(Stream::out, "one\nbegun ", kUnwatched, {});
  pipeline_.write(Stream::out, "and done\n", kWatched, listener_.emit());
  EXPECT_EQ(logged(), "stdout one\nstdout begun and done\n");
  EXPECT_EQ(listener_.entries(), (Entries{{Stream::out, "begun and done"}}));
  EXPECT_EQ(listener_.batches[0].first_seq, 1U);
}

TEST_F(PipelineLogTest, JoinsFlushedLines) {
  pipeline_.write(Stream::out, "Name? ", kWatched, listener_.emit());
  pipeline_.flush_partial(Stream::out, listener_.emit());
  pipeline_.write(Stream::out, "Bob\n", kWatched, listener_.emit());
  pipeline_.finish(result_);
  EXPECT_EQ(logged(), "stdout Name? Bob\n");
}

TEST_F(PipelineLogTest, ContainsTheLastLineOfAClosedStream) {
  pipeline_.write(Stream::err, "cut", kUnwatched, {});
  pipeline_.finish(result_);
  EXPECT_EQ(logged(), "stderr cut\n");
  EXPECT_EQ(result_.log_file, path_);
  EXPECT_EQ(result_.log_error, "");
}

TEST_F(PipelineLogTest, FailureEndsTheLogOnly) {
  {
    test::FileSizeLimit limit(5);
    pipeline_.write(Stream::out, "one\n", kWatched, listener_.emit());
  }
  pipeline_.write(Stream::out, "two\n", kWatched, listener_.emit());
  const auto output = pipeline_.finish(result_);
  EXPECT_NE(result_.log_error.find("EFBIG"), std::string::npos);
  EXPECT_EQ(output->bytes[0].view(), "one\ntwo\n");
  EXPECT_EQ(listener_.entries(), (Entries{{Stream::out, "one"}, {Stream::out, "two"}}));
}

TEST(OutputPipeline, FailedLogHasAnErrorAndNoPath) {
  OutputOptions logging = options();
  logging.log_path = [] { return "/dev/null/run.log"; };
  OutputPipeline pipeline(logging);
  pipeline.open_log();
  ExecutionResult result;
  pipeline.finish(result);
  EXPECT_NE(result.log_error, "");
  EXPECT_EQ(result.log_file, "");
}

}  // namespace
}  // namespace escher
