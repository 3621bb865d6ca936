// Escape sequences on their way through a whole engine.
#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

// A colour, a title that goes over two writes, a backspace, and a move of the cursor.
const std::string kColourful =
    R"(printf '\033[31mred\033[0m \033]0;my ti'; sleep 0.05; printf 'tle\007a\bb\033[2Jend\n')";
const std::string kRaw =
    "\x1B[31mred\x1B[0m \x1B]0;my title\x07"
    "a\bb\x1B[2Jend\n";
const std::string kSgr = "\x1B[31mred\x1B[0m abend\n";
const std::string kStripped = "red abend\n";

class EngineAnsi : public EngineTest {
 protected:
  // The result, the lines and the log, which lies between the time and the end of its one line.
  void expect_in(AnsiMode mode, const std::string& output, const std::string& in_log) {
    config.ansi = mode;
    config.log_dir = directory.path();
    start();
    const auto job = submit(shell(kColourful));
    const auto result = wait_finished(job);
    EXPECT_EQ(kept(job), output);
    EXPECT_EQ(seen(job).text(), output);
    const std::string log = content_of(result->log_file);
    const std::string start_of_line = "Z stdout ";
    const std::size_t at = log.find(start_of_line);
    ASSERT_NE(at, std::string::npos) << log;
    EXPECT_EQ(log.substr(at + start_of_line.size()), in_log);
    EXPECT_EQ(result->streams[0].total_bytes, output.size());
  }

  TemporaryDirectory directory;
};

TEST_F(EngineAnsi, ByDefaultOnlyTheLogIsFiltered) { expect_in(AnsiMode::by_sink, kRaw, kSgr); }
TEST_F(EngineAnsi, RawLeavesTheLogAsItIsToo) { expect_in(AnsiMode::raw, kRaw, kRaw); }
TEST_F(EngineAnsi, SgrLeavesColours) { expect_in(AnsiMode::sgr, kSgr, kSgr); }
TEST_F(EngineAnsi, StripLeavesText) { expect_in(AnsiMode::strip, kStripped, kStripped); }

// What is removed may not put a secret together that was not one before.
TEST_F(EngineAnsi, ASecretWithASequenceInsideIsRedactedWhereTheSequenceGoes) {
  config.ansi = AnsiMode::strip;
  config.redact = {"hunter2"};
  start();
  const auto job = submit(shell(R"(printf 'hun\033[1mter2 \033[0m.\n')"));
  wait_finished(job);
  EXPECT_EQ(kept(job), "*** .\n");
}

TEST_F(EngineAnsi, AndInTheLogToo) {
  config.log_dir = directory.path();
  config.redact = {"hunter2"};
  start();
  const auto job = submit(shell(R"(printf 'hun\033[2Kter2.\n')"));
  const std::string log = content_of(wait_finished(job)->log_file);
  EXPECT_TRUE(log.ends_with(" stdout ***.\n")) << log;
}

// The end of the output comes out though a character or a sequence was cut short.
TEST_F(EngineAnsi, WhatIsUnfinishedAtTheEndIsDecided) {
  config.ansi = AnsiMode::sgr;
  start();
  const auto job = submit(shell(R"(printf 'end\342\202')"));
  wait_finished(job);
  EXPECT_EQ(kept(job), "end\xEF\xBF\xBD");
}

}  // namespace
}  // namespace escher::test
