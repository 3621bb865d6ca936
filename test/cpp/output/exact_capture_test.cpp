#include "output/exact_capture.hpp"

#include <gtest/gtest.h>

#include "output/file_fixtures.hpp"
#include "output/pipeline_listener.hpp"

namespace escher {
namespace {

const std::string kSecret = "hunter2-and-more";

std::string text(const std::shared_ptr<const ExactOutput>& exact, Stream stream = Stream::out) {
  return std::string(exact->bytes[index_of(stream)].view());
}

TEST(ExactCapture, KeepsBothStreamsByteForByte) {
  ExactCapture capture(100);
  ExecutionResult result;
  capture.add(Stream::out, "a\r\n");
  capture.add(Stream::err, "\xff\n");
  capture.add(Stream::out, "b");
  const auto exact = capture.finish(result);
  EXPECT_EQ(text(exact), "a\r\nb");
  EXPECT_EQ(text(exact, Stream::err), "\xff\n");
  EXPECT_TRUE(exact->ascii[0]);
  EXPECT_FALSE(exact->ascii[1]);
  EXPECT_EQ(result.streams[0].exact_bytes, 4U);
  EXPECT_FALSE(result.streams[0].exact_truncated);
  EXPECT_EQ(exact->size(), 6U);
}

TEST(ExactCapture, DropsWhatIsBeyondTheLimitAndReportsIt) {
  ExactCapture capture(4);
  ExecutionResult result;
  capture.add(Stream::out, "abc");
  capture.add(Stream::out, "äöü");
  capture.add(Stream::err, "1234");
  const auto exact = capture.finish(result);
  // The two bytes of the "ä" do not fit. There is no warning: the command has not written one.
  EXPECT_EQ(text(exact), "abc");
  EXPECT_TRUE(result.streams[0].exact_truncated);
  EXPECT_EQ(result.streams[0].exact_bytes, 9U);
  EXPECT_EQ(text(exact, Stream::err), "1234");
  EXPECT_FALSE(result.streams[1].exact_truncated);
}

// ---- In a pipeline.

class ExactPipeline : public testing::Test {
 protected:
  std::shared_ptr<const CapturedOutput> finish(OutputPipeline& pipeline) {
    for (const Stream stream : kStreams) pipeline.end(stream, true, listener_.emit());
    return pipeline.finish(result_);
  }
  void write(OutputPipeline& pipeline, std::string_view chunk) {
    pipeline.write(Stream::out, chunk, true, listener_.emit());
  }
  static std::string kept(const CapturedOutput& output) {
    return std::string(output.bytes[0].view());
  }

  OutputOptions options_ = [] {
    OutputOptions options;
    options.limit = 1000;
    options.max_line_bytes = 100;
    options.keep_exact = true;
    return options;
  }();
  test::PipelineListener listener_;
  ExecutionResult result_;
};

TEST_F(ExactPipeline, KeepsWhatIsRedactedAndWhatIsFiltered) {
  options_.redactor.emplace(std::vector{kSecret});
  options_.ansi = AnsiMode::strip;
  OutputPipeline pipeline(options_);
  write(pipeline, "a \x1b[1mhunter2-");
  write(pipeline, "and-more\x1b[0m b\n");
  const auto output = finish(pipeline);
  EXPECT_EQ(kept(*output), "a *** b\n");
  ASSERT_TRUE(output->exact);
  EXPECT_EQ(text(output->exact), "a \x1b[1mhunter2-and-more\x1b[0m b\n");
  EXPECT_EQ(result_.streams[0].exact_bytes, text(output->exact).size());
  EXPECT_EQ(result_.streams[0].total_bytes, kept(*output).size());
  EXPECT_EQ(test::text_of(listener_.entries(), Stream::out), "a *** b\n");
}

TEST_F(ExactPipeline, KeepsNothingUnlessItIsAskedFor) {
  options_.keep_exact = false;
  OutputPipeline pipeline(options_);
  write(pipeline, "text\n");
  const auto output = finish(pipeline);
  EXPECT_FALSE(output->exact);
  EXPECT_EQ(output->size(), 5U);
}

TEST_F(ExactPipeline, CountsInTheSizeOfTheOutput) {
  options_.redactor.emplace(std::vector{kSecret});
  OutputPipeline pipeline(options_);
  write(pipeline, kSecret);
  EXPECT_EQ(finish(pipeline)->size(), 3 + kSecret.size());
}

TEST_F(ExactPipeline, KeepsWhatCameBeforeAndAfterASecretWasAdded) {
  OutputPipeline pipeline(options_);
  write(pipeline, "1 " + kSecret + "\n2 hunt");
  const Redactor added({kSecret});
  pipeline.add_secrets(added, added, true, listener_.emit());
  write(pipeline, "er2-and-more\n3 " + kSecret);
  const auto output = finish(pipeline);
  EXPECT_EQ(kept(*output), "1 ***\n2 ***\n3 ***");
  ASSERT_TRUE(output->exact);
  EXPECT_EQ(text(output->exact), "1 " + kSecret + "\n2 " + kSecret + "\n3 " + kSecret);
}

// The redacted output is shorter, so it may fit where the exact one does not.
TEST_F(ExactPipeline, IsTruncatedByItself) {
  options_.limit = 8;
  options_.redactor.emplace(std::vector{kSecret});
  OutputPipeline pipeline(options_);
  write(pipeline, kSecret);
  const auto output = finish(pipeline);
  EXPECT_EQ(kept(*output), "***");
  EXPECT_FALSE(result_.streams[0].truncated);
  EXPECT_TRUE(result_.streams[0].exact_truncated);
  EXPECT_EQ(text(output->exact), "hunter2-");
}

TEST_F(ExactPipeline, IsInNoOverflowFile) {
  const test::TemporaryDirectory directory;
  options_.limit = 20;
  options_.strategy = OversizedOutputStrategy::stream_to_file;
  options_.redactor.emplace(std::vector{kSecret});
  options_.overflow_path = [&](Stream) -> Result<std::string> { return directory / "overflow"; };
  OutputPipeline pipeline(options_);
  for (int i = 0; i < 10; ++i) write(pipeline, kSecret + "\n");
  const auto output = finish(pipeline);
  const std::string spilled = test::content_of(result_.streams[0].overflow_file);
  EXPECT_EQ(spilled.size(), 40U);
  EXPECT_EQ(spilled.find("hunt"), std::string::npos) << spilled;
  EXPECT_TRUE(result_.streams[0].exact_truncated);
  EXPECT_EQ(text(output->exact), kSecret + "\nhun");
}

// Large output is read into the memory of the kept output.
TEST_F(ExactPipeline, KeepsChunksThatWereReadIntoTheRoom) {
  options_.limit = 10'000'000;
  OutputPipeline pipeline(options_);
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string chunk(50'000, static_cast<char>('a' + i));
    const auto room = pipeline.room(Stream::out);
    if (!room.empty()) std::copy(chunk.begin(), chunk.end(), room.data());
    write(pipeline,
          room.empty() ? std::string_view(chunk) : std::string_view(room.data(), chunk.size()));
    all += chunk;
  }
  const auto output = finish(pipeline);
  EXPECT_EQ(text(output->exact), all);
  EXPECT_EQ(kept(*output), all);
}

}  // namespace
}  // namespace escher
