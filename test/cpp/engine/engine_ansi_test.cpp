// Escape sequences in the result, the events and the log of an engine.
#include <string_view>

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
    EXPECT_EQ(logged(*result), in_log);
    EXPECT_EQ(result->streams[0].total_bytes, output.size());
  }

  // What a log with one line has between the timestamp and the footer.
  static std::string logged(const ExecutionResult& result) {
    constexpr std::string_view kStartOfLine = "Z stdout ";
    const std::string log = content_of(result.log_file);
    const std::size_t begin = log.find(kStartOfLine) + kStartOfLine.size();
    const std::size_t end = log.find("# status: ", begin);
    return end == std::string::npos ? "no line and footer: " + log : log.substr(begin, end - begin);
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
  EXPECT_EQ(logged(*wait_finished(job)), "***.\n");
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
