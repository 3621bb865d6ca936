#include "execution/execution_output.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "execution/flow_control.hpp"
#include "execution/statistics.hpp"
#include "support/fake_owner.hpp"
#include "support/pipes.hpp"
#include "support/process_rig.hpp"
#include "support/recording_sink.hpp"

namespace escher::test {
namespace {

constexpr std::uint64_t kToken = 7;
constexpr std::uint64_t kFlowLimit = 100;

class ExecutionOutputTest : public ProcessRig {
 protected:
  ExecutionOutputTest() {
    options.pipeline.token = kToken;
    options.pipeline.limit = 1 << 20;
    options.pipeline.max_line_bytes = 1 << 20;
    options.partial_line_flush = kForever;
    options.watch = true;
  }

  void start() {
    output.emplace(owner, ExecutionOutput::Consumer{sink, flow, statistics, watch_all}, options);
    on_strand([&] {
      output->attach(OutputPipe(strand, out.read.release(), Stream::out),
                     OutputPipe(strand, err.read.release(), Stream::err));
      output->start();
    });
  }
  void TearDown() override {
    if (output) on_strand([&] { output->close(); });
    flow.close(kToken);
    run_ready();
    EXPECT_FALSE(owner.is_held());
  }
  const Seen& seen() { return sink.seen(kToken); }
  std::string text(Stream stream = Stream::out) { return seen().text(stream); }
  void run_until_text(const std::string& expected) {
    run_until("the text " + expected, [&] { return text() == expected; });
  }
  void run_until_fed(Input input) {
    run_until("the input", [&] { return owner.was_fed(input); });
  }

  PipeEnds out, err;
  FakeOwner owner{strand};
  RecordingSink sink;
  FlowControl flow{kFlowLimit};
  Statistics statistics;
  std::atomic<bool> watch_all{false};
  ExecutionOutput::Options options;
  std::optional<ExecutionOutput> output;
};

TEST_F(ExecutionOutputTest, DeliversLinesAndFeedsTheEndOfEachStream) {
  start();
  out.put("one\ntwo\n");
  err.put("three\n");
  err.write.reset();
  run_until_fed(Input::stderr_ended);
  EXPECT_FALSE(owner.was_fed(Input::stdout_ended));
  out.write.reset();
  run_until_fed(Input::stdout_ended);
  EXPECT_EQ(text(), "one\ntwo\n");
  EXPECT_EQ(text(Stream::err), "three\n");
  EXPECT_EQ(statistics.lines, 3U);
  EXPECT_EQ(statistics.bytes, 14U);
}

TEST_F(ExecutionOutputTest, CountsLinesThatAreNotWatched) {
  options.watch = false;
  start();
  out.put("one\n");
  run_until("the count", [&] { return statistics.lines == 1; });
  EXPECT_EQ(seen().order, "");
  watch_all = true;
  out.put("two\n");
  run_until_text("two\n");
  EXPECT_EQ(seen().batches[0].first_seq, 1U);
}

TEST_F(ExecutionOutputTest, FeedsTheOutputLimitOnce) {
  options.pipeline.limit = 4;
  options.pipeline.strategy = OversizedOutputStrategy::fail_execution;
  start();
  out.put("12345");
  run_until_fed(Input::output_limit_hit);
  out.put("678");
  out.write.reset();
  run_until_fed(Input::stdout_ended);
  EXPECT_EQ(owner.inputs, (std::vector<Input>{Input::output_limit_hit, Input::stdout_ended}));
}

TEST_F(ExecutionOutputTest, FeedsAReadErrorBeforeTheEndOfTheStream) {
  // The writing end cannot be read; it becomes ready when the reading end is closed.
  PipeEnds other;
  out.read.reset(other.write.release());
  start();
  other.read.reset();
  run_until_fed(Input::stdout_ended);
  EXPECT_EQ(owner.inputs, (std::vector<Input>{Input::stream_failed, Input::stdout_ended}));
  ASSERT_TRUE(output->read_error());
  EXPECT_EQ(output->read_error()->os_error, EBADF);
}

TEST_F(ExecutionOutputTest, FeedsALackOfMemoryAsAReadError) {
  struct : EventSink {
    void started(StartedEvent) override {}
    void output(OutputBatch) override { throw std::bad_alloc(); }
    void echo(EchoEvent) override {}
    void finished(FinishedEvent) override {}
    void removed(RemovedEvent) override {}
  } full;
  output.emplace(owner, ExecutionOutput::Consumer{full, flow, statistics, watch_all}, options);
  on_strand([&] {
    output->attach(OutputPipe(strand, out.read.release(), Stream::out),
                   OutputPipe(strand, err.read.release(), Stream::err));
    output->start();
  });
  out.put("line\n");
  run_until_fed(Input::stream_failed);
  ASSERT_TRUE(output->read_error());
  EXPECT_EQ(output->read_error()->os_error, ENOMEM);
  out.write.reset();
  run_until_fed(Input::stdout_ended);
}

TEST_F(ExecutionOutputTest, StopsReadingUntilTheConsumerHasRoom) {
  start();
  const std::string line(kFlowLimit, 'x');
  out.put(line + '\n');
  run_until_text(line + '\n');
  out.put("more\n");
  run_ready();
  EXPECT_EQ(text(), line + '\n');
  flow.release(kToken, kFlowLimit + 1);
  run_until_text(line + "\nmore\n");
}

TEST_F(ExecutionOutputTest, DrainsWithoutWaitingForTheConsumer) {
  start();
  const std::string line(kFlowLimit, 'x');
  out.put(line + '\n');
  run_until_text(line + '\n');
  out.put("more\n");
  run_ready();
  on_strand([&] {
    output->begin_drain();
    output->resume();
  });
  run_until_text(line + "\nmore\n");
}

TEST_F(ExecutionOutputTest, ReadsTheRestWithoutWaitingForTheConsumer) {
  start();
  const std::string line(kFlowLimit, 'x');
  out.put(line + '\n');
  run_until_text(line + '\n');
  out.put("more\n");
  run_ready();
  on_strand([&] { output->read_rest(); });
  EXPECT_EQ(text(), line + "\nmore\n");
}

TEST_F(ExecutionOutputTest, FlushesAnUnfinishedLineAfterAWhile) {
  options.partial_line_flush = Millis(20);
  start();
  out.put("unfinished");
  run_until("the partial line", [&] { return !seen().batches.empty(); });
  EXPECT_TRUE(seen().batches[0].partial);
  EXPECT_EQ(text(), "unfinished");
}

TEST_F(ExecutionOutputTest, FlushesAnUnfinishedLineThatNeverFallsSilent) {
  options.partial_line_flush = Millis(20);
  start();
  const auto end = SteadyClock::now() + std::chrono::seconds(10);
  while (seen().batches.empty() && SteadyClock::now() < end) {
    out.put(".");
    run_ready();
  }
  ASSERT_FALSE(seen().batches.empty());
  EXPECT_TRUE(seen().batches[0].partial);
}

TEST_F(ExecutionOutputTest, CountsTheWaitOfAnUnfinishedLineFromItsOwnBeginning) {
  options.partial_line_flush = Millis(100);
  start();
  // Every chunk ends a line and begins the next one. On a fast machine that ends before its time is
  // over; on any other it goes out unfinished, but not before.
  std::vector<SteadyTime> begun;
  std::size_t looked_at = 0;
  do {
    begun.push_back(SteadyClock::now());
    out.put(" of a line\nline " + std::to_string(begun.size() - 1));
    run_ready();
    flow.release(kToken, kFlowLimit);
    for (; looked_at < seen().batches.size(); ++looked_at) {
      const OutputBatch& batch = seen().batches[looked_at];
      const auto number = batch.text.rfind("line ");
      if (!batch.partial || number == std::string::npos) continue;
      const auto line = std::stoul(batch.text.substr(number + 5));
      EXPECT_GE(to_millis(SteadyClock::now() - begun[line]), Millis(100));
    }
  } while (to_millis(begun.back() - begun.front()) < Millis(300));
  EXPECT_GT(looked_at, 0U);
}

TEST_F(ExecutionOutputTest, FlushesAnUnfinishedLineOnceItIsWatched) {
  options.watch = false;
  options.partial_line_flush = Millis(1);
  options.pipeline.redactor.reset();
  start();
  out.put("unfinished");
  run_until("the bytes", [&] { return statistics.bytes == 10; });
  output->set_watched(true);
  on_strand([&] { output->arm_partial_flush(); });
  out.put(" line\n");
  run_until("the line", [&] { return !seen().batches.empty(); });
}

TEST_F(ExecutionOutputTest, FeedsTheIdleTimeoutAfterSilence) {
  options.idle_timeout = Millis(20);
  start();
  run_until_fed(Input::idle_timeout_fired);
}

TEST_F(ExecutionOutputTest, DoesNotCountAPausedPipeAsSilence) {
  options.idle_timeout = Millis(20);
  start();
  const std::string line(kFlowLimit, 'x');
  out.put(line + '\n');
  run_until_text(line + '\n');
  out.put("more\n");
  const auto later = SteadyClock::now() + std::chrono::milliseconds(100);
  run_until("five times the idle timeout", [&] { return SteadyClock::now() > later; });
  EXPECT_FALSE(owner.was_fed(Input::idle_timeout_fired));
  flow.release(kToken, kFlowLimit + 1);
  run_until_fed(Input::idle_timeout_fired);
}

// A read of a whole chunk may have emptied the pipe.
TEST_F(ExecutionOutputTest, CountsSilenceAnewAfterAPause) {
  constexpr std::size_t kChunk = 64 * 1024;
  constexpr Millis kPatience(100);
  options.idle_timeout = kPatience;
  start();
  out.put(std::string(kChunk - 1, 'x') + '\n');
  run_until("the line", [&] { return statistics.bytes == kChunk; });
  // Between two looks at the idle time.
  run_for(std::chrono::milliseconds(150));
  const auto resumed = SteadyClock::now();
  flow.release(kToken, kChunk + 1);
  run_until_fed(Input::idle_timeout_fired);
  EXPECT_GE(to_millis(SteadyClock::now() - resumed), kPatience);
}

TEST_F(ExecutionOutputTest, DeliversTheLastLineOfAStreamThatIsCut) {
  start();
  out.put("unfinished");
  run_until("the bytes", [&] { return statistics.bytes == 10; });
  on_strand([&] { output->close(); });
  EXPECT_EQ(text(), "unfinished\n");
  EXPECT_TRUE(owner.inputs.empty());
  ExecutionResult result;
  EXPECT_EQ(output->finish(result)->bytes[0].view(), "unfinished");
  EXPECT_EQ(result.streams[0].total_bytes, 10U);
}

TEST_F(ExecutionOutputTest, ReturnsTheOpenPipes) {
  start();
  std::vector<std::uint64_t> both, one;
  on_strand([&] { both = output->open_pipes(); });
  EXPECT_EQ(both.size(), 2U);
  out.write.reset();
  run_until_fed(Input::stdout_ended);
  on_strand([&] { one = output->open_pipes(); });
  EXPECT_EQ(one, std::vector<std::uint64_t>{both[1]});
}

}  // namespace
}  // namespace escher::test
