// A late reader gets the retained lines, and then the live ones without a gap.
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineReplay : public EngineTest {
 protected:
  // A late reader: the replayed batches, then the live ones that the replay does not contain.
  struct Reader {
    std::vector<OutputBatch> batches;
    std::uint64_t next_seq = 0;

    void take(const OutputBatch& batch) {
      if (batch.first_seq < next_seq) return;
      EXPECT_EQ(batch.first_seq, next_seq);
      next_seq += batch.count;
      batches.push_back(batch);
    }
    std::string text() const {
      std::string text;
      for (const auto& batch : batches) {
        text += batch.text;
        if (!batch.partial) text += '\n';
      }
      return text;
    }
  };

  Job submit_echo(std::string first_output) {
    auto request = puppet({"print-then-echo", std::move(first_output)});
    request.stdin_mode = StdinMode::pipe;
    return submit(std::move(request));
  }

  void wait_read(std::uint64_t bytes) {
    look_until("the output", [&] { return engine->stats().total_bytes == bytes; });
  }

  Reader join(const Job& job, const std::vector<OutputBatch>& replayed) {
    Reader reader;
    for (const auto& batch : replayed) reader.take(batch);
    for (const auto& batch : seen(job).batches) reader.take(batch);
    return reader;
  }
};

TEST_F(EngineReplay, JoinsTheLiveLines) {
  start();
  engine->watch_all(false);
  const auto job = submit_echo("one\ntwo\n");
  wait_read(8);
  engine->watch(job.id, true);
  const auto replayed = *replay(job);
  ASSERT_EQ(replayed.size(), 1U);
  EXPECT_EQ(replayed[0].text, "one\ntwo");
  EXPECT_EQ(replayed[0].token, job.token);
  send_input(job, "three\n");
  wait_output(job, "three");
  EXPECT_EQ(join(job, replayed).text(), "one\ntwo\nthree\n");
}

TEST_F(EngineReplay, JoinsInTheMiddleOfALine) {
  config.partial_line_flush = kForever;
  start();
  engine->watch_all(false);
  const auto job = submit_echo("one\ntw");
  wait_read(6);
  engine->watch(job.id, true);
  const auto replayed = *replay(job);
  send_input(job, "o\nthree\n");
  wait_output(job, "three");
  EXPECT_EQ(join(job, replayed).text(), "one\ntwo\nthree\n");
}

TEST_F(EngineReplay, JoinsAfterAPartialLine) {
  config.partial_line_flush = Millis(1);
  start();
  const auto job = submit_echo("pro");
  wait_output(job, "pro");
  const auto replayed = *replay(job);
  ASSERT_EQ(replayed.size(), 1U);
  EXPECT_TRUE(replayed[0].partial);
  send_input(job, "mpt\n");
  wait_output(job, "prompt\n");
  EXPECT_EQ(join(job, replayed).text(), "prompt\n");
}

TEST_F(EngineReplay, HasNeitherGapNorOverlapDuringOutput) {
  start();
  engine->watch_all(false);
  const auto job = submit(puppet({"lines", "50000"}));
  look_until("the first output", [&] { return engine->stats().total_bytes > 0; });
  engine->watch(job.id, true);
  const auto replayed = *replay(job);
  wait_finished(job);
  std::string expected;
  for (int i = 0; i < 50000; ++i) expected += "line " + std::to_string(i) + '\n';
  EXPECT_EQ(join(job, replayed).text(), expected);
}

TEST_F(EngineReplay, ReturnsTheRecordOfAFinishedExecution) {
  start();
  const auto job = submit(puppet({"print", "one\ntwo", "three\n"}));
  wait_finished(job);
  std::string out, err;
  for (const auto& batch : *replay(job)) {
    (batch.stream == Stream::out ? out : err) += batch.text + '\n';
    EXPECT_FALSE(batch.partial);
  }
  EXPECT_EQ(out, "one\ntwo\n");
  EXPECT_EQ(err, "three\n");
}

TEST_F(EngineReplay, ReturnsUndeliveredOutputOfARemovedRecord) {
  start();
  const auto job = submit(puppet({"print", "one\ntwo\n", ""}));
  wait_finished(job);
  const auto undelivered = engine->record(job.id)->output;
  ASSERT_TRUE(engine->remove(job.id));
  const auto batches = ask<std::vector<OutputBatch>>(
      [&](auto handler) { engine->replay(job.id, handler, undelivered); });
  ASSERT_TRUE(batches);
  ASSERT_EQ(batches->size(), 1U);
  EXPECT_EQ(batches->front().text, "one\ntwo");
  EXPECT_EQ(replay(job).error().code, ErrorCode::execution_not_found);
}

TEST_F(EngineReplay, RejectsAnUnknownExecution) {
  start();
  EXPECT_EQ(replay({0, format_id(random_id())}).error().code, ErrorCode::execution_not_found);
}

}  // namespace
}  // namespace escher::test
