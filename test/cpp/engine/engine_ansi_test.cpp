// Escape sequences in the result, the events and the log of an engine.
#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

// A colour, a title in two writes, a backspace, and a sequence that clears the screen.
const std::string kColourful =
    R"(printf '\033[31mred\033[0m \033]0;my ti'; sleep 0.05; printf 'tle\007a\bb\033[2Jend\n')";
const std::string kRaw =
    "\x1B[31mred\x1B[0m \x1B]0;my title\x07"
    "a\bb\x1B[2Jend\n";
const std::string kSgr = "\x1B[31mred\x1B[0m abend\n";
const std::string kStripped = "red abend\n";

class EngineAnsi : public EngineTest {
 protected:
  // Checks the retained output, the events, and the text after the timestamp of the only log line.
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

TEST_F(EngineAnsi, DefaultModeFiltersOnlyTheLog) { expect_in(AnsiMode::by_sink, kRaw, kSgr); }
TEST_F(EngineAnsi, RawModeKeepsSequencesInTheLogToo) { expect_in(AnsiMode::raw, kRaw, kRaw); }
TEST_F(EngineAnsi, SgrModeKeepsColours) { expect_in(AnsiMode::sgr, kSgr, kSgr); }
TEST_F(EngineAnsi, StripModeKeepsTextOnly) { expect_in(AnsiMode::strip, kStripped, kStripped); }

// The filter joins the two parts of the secret.
TEST_F(EngineAnsi, SecretWithASequenceInsideIsRedacted) {
  config.ansi = AnsiMode::strip;
  config.redact = {"hunter2"};
  start();
  const auto job = submit(shell(R"(printf 'hun\033[1mter2 \033[0m.\n')"));
  wait_finished(job);
  EXPECT_EQ(kept(job), "*** .\n");
}

TEST_F(EngineAnsi, SecretWithASequenceInsideIsRedactedInTheLog) {
  config.log_dir = directory.path();
  config.redact = {"hunter2"};
  start();
  const auto job = submit(shell(R"(printf 'hun\033[2Kter2.\n')"));
  const std::string log = content_of(wait_finished(job)->log_file);
  EXPECT_TRUE(log.ends_with(" stdout ***.\n")) << log;
}

TEST_F(EngineAnsi, IncompleteCharacterAtTheEndIsReplaced) {
  config.ansi = AnsiMode::sgr;
  start();
  const auto job = submit(shell(R"(printf 'end\342\202')"));
  wait_finished(job);
  EXPECT_EQ(kept(job), "end\xEF\xBF\xBD");
}

}  // namespace
}  // namespace escher::test
