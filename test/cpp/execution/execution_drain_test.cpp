#include "execution/execution_drain.hpp"

#include <csignal>

#include "execution/flow_control.hpp"
#include "execution/statistics.hpp"
#include "process/process_table.hpp"
#include "support/fake_owner.hpp"
#include "support/pipes.hpp"
#include "support/process_rig.hpp"
#include "support/recording_sink.hpp"

namespace escher::test {
namespace {

constexpr std::uint64_t kToken = 7;

class ExecutionDrainTest : public ProcessRig {
 protected:
  ExecutionDrainTest() {
    ExecutionOutput::Options options;
    options.pipeline.token = kToken;
    options.pipeline.limit = 1 << 20;
    options.pipeline.max_line_bytes = 1 << 20;
    options.partial_line_flush = kForever;
    options.watch = true;
    output.emplace(owner, ExecutionOutput::Consumer{sink, flow, statistics, watch_all}, options);
    // The lifecycle machine of an execution with one stream, after its exit.
    lifecycle.feed(Input::launching);
    lifecycle.feed(Input::spawned);
    lifecycle.feed(Input::exited);
    owner.on_feed = [this](Input input) { lifecycle.feed(input); };
  }
  void TearDown() override {
    on_strand([&] {
      if (drain) drain->stop();
      output->close();
    });
    flow.close(kToken);
    run_until("the last operation", [&] { return !owner.is_held(); });
  }

  void start(OutputPipe pipe) {
    on_strand([&] {
      output->attach(std::move(pipe), std::nullopt);
      output->start();
    });
  }
  void begin(Millis grace, std::uint64_t holders_since = 0) {
    drain.emplace(owner, lifecycle, *output, scanner, grace);
    on_strand([&] { drain->begin(holders_since); });
  }
  void run_until_fed(Input input) {
    run_until("the input", [&] { return owner.was_fed(input); });
  }

  PipeEnds out;
  FakeOwner owner{strand};
  RecordingSink sink;
  FlowControl flow{1 << 20};
  Statistics statistics;
  const std::atomic<bool> watch_all{false};
  const Marker marker{""};
  TreeScanner scanner{io, marker};
  Lifecycle lifecycle{true};
  std::optional<ExecutionOutput> output;
  std::optional<ExecutionDrain> drain;
};

TEST_F(ExecutionDrainTest, ReadsTheContentOfThePipesAtOnce) {
  start(OutputPipe(strand, out.read.release(), Stream::out));
  out.put("last words\n");
  begin(kForever);
  EXPECT_EQ(sink.seen(kToken).text(), "last words\n");
  EXPECT_TRUE(owner.inputs.empty());
}

TEST_F(ExecutionDrainTest, StopsIfTheEndOfThePipesFinishesTheExecution) {
  start(OutputPipe(strand, out.read.release(), Stream::out));
  out.write.reset();
  begin(Millis(1), own_start_time());
  ASSERT_EQ(lifecycle.phase(), Phase::finished);
  EXPECT_EQ(owner.inputs, std::vector<Input>{Input::stdout_ended});
  // No timer and no search: what is left is the pending read.
  run_until("the last operation", [&] { return !owner.is_held(); });
  EXPECT_EQ(owner.inputs, std::vector<Input>{Input::stdout_ended});
}

TEST_F(ExecutionDrainTest, WaitsForTheEndOfThePipes) {
  start(OutputPipe(strand, out.read.release(), Stream::out));
  begin(kForever);
  out.put("late\n");
  out.write.reset();
  run_until_fed(Input::stdout_ended);
  EXPECT_EQ(sink.seen(kToken).text(), "late\n");
}

TEST_F(ExecutionDrainTest, ExpiresAfterTheGracePeriod) {
  start(OutputPipe(strand, out.read.release(), Stream::out));
  begin(Millis(20));
  run_until_fed(Input::drain_expired);
  EXPECT_TRUE(drain->holders().empty());
}

TEST_F(ExecutionDrainTest, FindsTheProcessesThatHoldThePipes) {
  auto launched = launch_puppet({"sleep"});
  start(std::move(launched.out));
  begin(Millis(1), own_start_time());
  run_until_fed(Input::drain_expired);
  ASSERT_EQ(drain->holders().size(), 1U);
  EXPECT_EQ(drain->holders()[0].pid, launched.process.pid());
  launched.process.signal_group(SIGKILL);
  wait_and_reap(launched.process);
}

TEST_F(ExecutionDrainTest, DoesNotExpireAfterTheStop) {
  start(OutputPipe(strand, out.read.release(), Stream::out));
  begin(Millis(5));
  on_strand([&] { drain->stop(); });
  run_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(owner.was_fed(Input::drain_expired));
}

}  // namespace
}  // namespace escher::test
