// A late reader gets a replay and then the live lines. Together they must equal what a reader from
// the start receives.

#include "output/replay.hpp"

#include <gtest/gtest.h>

#include "output/pipeline_listener.hpp"
#include "output/random_bytes.hpp"
#include "output/utf8.hpp"

namespace escher {
namespace {

using test::Entry;
using Entries = std::vector<Entry>;

OutputOptions options(std::uint64_t limit = 100'000, std::size_t max_line_bytes = 50) {
  OutputOptions options;
  options.token = 9;
  options.limit = limit;
  options.max_line_bytes = max_line_bytes;
  return options;
}

void ignore(OutputBatch) {}

Entries replayed(const OutputPipeline& pipeline) { return test::entries_of(pipeline.replay()); }

TEST(Replay, KeepsTheOrderOfBothStreams) {
  OutputPipeline pipeline(options());
  pipeline.write(Stream::out, "one\n", false, ignore);
  pipeline.write(Stream::err, "two\n", false, ignore);
  pipeline.write(Stream::out, "three\nfour\n", false, ignore);
  const auto batches = pipeline.replay();
  EXPECT_EQ(test::entries_of(batches), (Entries{{Stream::out, "one"},
                                                {Stream::err, "two"},
                                                {Stream::out, "three"},
                                                {Stream::out, "four"}}));
  ASSERT_EQ(batches.size(), 3U);
  EXPECT_EQ(batches[0].token, 9U);
  EXPECT_EQ(batches[2].first_seq, 2U);
}

TEST(Replay, OmitsHeldBackText) {
  OutputPipeline pipeline(options());
  pipeline.write(Stream::out, "done\nheld back", false, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "done"}}));
}

TEST(Replay, EndsWithTheDeliveredPiece) {
  OutputPipeline pipeline(options());
  pipeline.write(Stream::out, "done\nName? ", true, ignore);
  pipeline.flush_partial(Stream::out, ignore);
  pipeline.write(Stream::out, "Bo", true, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "done"}, {Stream::out, "Name? ", true}}));
}

TEST(Replay, KeepsACarriageReturnAtTheEndOfAPiece) {
  OutputPipeline pipeline(options(1000, 4));
  pipeline.write(Stream::out, "abc\rdef", true, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "abc\r", true}}));
}

TEST(Replay, LastLineOfAnEndedStreamIsComplete) {
  OutputPipeline pipeline(options());
  pipeline.write(Stream::out, "the end", true, ignore);
  pipeline.flush_partial(Stream::out, ignore);
  pipeline.end(Stream::out, true, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "the end"}}));
}

TEST(Replay, TruncatedOutputEndsWithACompleteLine) {
  OutputPipeline pipeline(options(6));
  pipeline.write(Stream::out, "12\n34\n56\n78", true, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "12"}, {Stream::out, "34"}}));
  OutputPipeline in_a_line(options(7));
  in_a_line.write(Stream::out, "12\n34\n56\n78", true, ignore);
  EXPECT_EQ(replayed(in_a_line),
            (Entries{{Stream::out, "12"}, {Stream::out, "34"}, {Stream::out, "5"}}));
}

TEST(Replay, TruncationInsideAHeldBackLineLosesNothing) {
  OutputPipeline pipeline(options(5));
  test::PipelineListener listener;
  pipeline.write(Stream::out, "12\n34", true, ignore);
  pipeline.write(Stream::out, "56", true, ignore);
  EXPECT_EQ(replayed(pipeline), (Entries{{Stream::out, "12"}}));
  pipeline.write(Stream::out, "\n", true, listener.emit());
  EXPECT_EQ(listener.entries(), (Entries{{Stream::out, "3456"}}));
}

TEST(Replay, LongOutputIsSplitIntoBatches) {
  OutputPipeline pipeline(options(10'000'000));
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "0123456789\n";
  pipeline.write(Stream::out, lines, false, ignore);
  const auto batches = pipeline.replay();
  EXPECT_GT(batches.size(), 2U);
  std::uint64_t seq = 0;
  for (const auto& batch : batches) {
    EXPECT_LT(batch.text.size(), 70'000U);
    EXPECT_EQ(batch.first_seq, seq);
    seq += batch.count;
  }
  EXPECT_EQ(seq, 20'000U);
}

TEST(Replay, FinishedOutputIsReplayedCompletely) {
  OutputPipeline pipeline(options(8));
  pipeline.write(Stream::out, "one\ntwo", false, ignore);
  pipeline.write(Stream::err, "too much output\n", false, ignore);
  ExecutionResult result;
  const auto output = pipeline.finish(result);
  const auto batches = replay_lines(*output, 50);
  EXPECT_EQ(test::entries_of(batches),
            (Entries{{Stream::out, "one"},
                     {Stream::err, "too much"},
                     {Stream::err, "[output truncated: stderr exceeded 8 bytes]"},
                     {Stream::out, "two"}}));
}

TEST(Replay, ContinuesBeyondAFullTimeline) {
  OutputPipeline pipeline(options());
  const std::size_t rounds = OutputTimeline::kMaxRuns;
  for (std::size_t i = 0; i < rounds; ++i) {
    pipeline.write(Stream::out, "o\n", false, ignore);
    pipeline.write(Stream::err, "e\n", false, ignore);
  }
  const Entries entries = replayed(pipeline);
  ASSERT_EQ(entries.size(), 2 * rounds);
  EXPECT_EQ(test::text_of(entries, Stream::out).size(), 2 * rounds);
  EXPECT_EQ(test::text_of(entries, Stream::err).size(), 2 * rounds);
}

// The text of a stream, as `text_of` returns it for a reader from the start.
std::string expected_text(std::string_view bytes) {
  std::string decoded;
  append_valid_utf8(decoded, bytes);
  std::string text;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    if (decoded[i] != '\r' || i + 1 == decoded.size() || decoded[i + 1] != '\n') text += decoded[i];
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

// A run of random output. A reader can watch from the start; another one subscribes at a random
// moment and gets a replay, then the live lines.
class RandomRun {
 public:
  explicit RandomRun(unsigned seed)
      : random_(seed), pipeline_(options(100'000, 1 + random_.below(40))) {
    const std::size_t steps = 1 + random_.below(60);
    const std::size_t late_from = random_.below(steps + 1);
    watched_from_ = random_.one_in(2) ? 0 : random_.below(late_from + 1);
    for (std::size_t step = 0; step <= steps; ++step) {
      if (step == late_from) replay();
      write(step >= watched_from_);
    }
    for (const Stream stream : kStreams) pipeline_.end(stream, true, emit_);
  }

  bool watched_from_the_start() const { return watched_from_ == 0; }
  std::string expected(Stream stream) const { return expected_text(bytes_[index_of(stream)]); }
  std::string seen_from_the_start(Stream stream) const {
    return test::text_of(from_the_start_.entries(), stream);
  }
  std::string seen_late(Stream stream) const {
    return test::text_of(replayed_, stream) + test::text_of(late_.entries(), stream);
  }
  // The numbers of the replay precede those of the live lines.
  bool numbers_rise() const {
    return late_.batches.empty() || replayed_.size() <= late_.batches[0].first_seq;
  }

 private:
  void replay() {
    replayed_ = replayed(pipeline_);
    is_late_ = true;
  }

  void write(bool watched) {
    const Stream stream = random_.one_in(3) ? Stream::err : Stream::out;
    const std::string chunk = random_.text(1 + random_.below(8));
    bytes_[index_of(stream)] += chunk;
    pipeline_.write(stream, chunk, watched, emit_);
    if (watched && random_.one_in(3)) pipeline_.flush_partial(stream, emit_);
  }

  test::RandomBytes random_;
  OutputPipeline pipeline_;
  std::size_t watched_from_;
  std::string bytes_[kStreamCount];
  Entries replayed_;
  bool is_late_ = false;
  test::PipelineListener from_the_start_;
  test::PipelineListener late_;
  OutputPipeline::Emit emit_ = [this](OutputBatch batch) {
    if (is_late_) late_.batches.push_back(batch);
    from_the_start_.batches.push_back(std::move(batch));
  };
};

TEST(ReplayProperty, ReplayAndLiveLinesJoin) {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const RandomRun run(seed);
    for (const Stream stream : kStreams) {
      ASSERT_EQ(run.seen_late(stream), run.expected(stream));
      if (run.watched_from_the_start()) {
        ASSERT_EQ(run.seen_from_the_start(stream), run.expected(stream));
      }
    }
    ASSERT_TRUE(run.numbers_rise());
  }
}

TEST(ReplayProperty, FinishedOutputReplaysTheLiveLines) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::RandomBytes random(seed);
    OutputPipeline pipeline(options());
    test::PipelineListener live;
    for (std::size_t steps = random.below(30); steps > 0; --steps) {
      const Stream stream = random.one_in(2) ? Stream::err : Stream::out;
      pipeline.write(stream, random.text(1 + random.below(8)), true, live.emit());
    }
    for (const Stream stream : kStreams) pipeline.end(stream, true, live.emit());
    ExecutionResult result;
    const auto output = pipeline.finish(result);
    // Without flushes, the order of both streams and the pieces are equal too.
    ASSERT_EQ(test::entries_of(replay_lines(*output, 50)), live.entries());
  }
}

}  // namespace
}  // namespace escher
