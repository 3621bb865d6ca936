#include "output/recording.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "output/file_fixtures.hpp"

namespace escher::test {
namespace {

class RecordingTest : public testing::Test {
 protected:
  void open(bool of_terminal) { recording.open(path, {100, 40, "vt\"100"}, of_terminal); }
  // Without the header, each time as T.
  std::string events() {
    recording.close();
    const std::string text = std::regex_replace(content_of(path), std::regex("\\[[0-9.]+,"), "[T,");
    return text.substr(text.find('\n') + 1);
  }

  TemporaryDirectory directory;
  const std::string path = directory / "new/run.cast";
  Recording recording;
};

TEST_F(RecordingTest, BeginsWithTheHeaderOfVersion2) {
  open(true);
  recording.close();
  const std::string text = content_of(path);
  EXPECT_TRUE(std::regex_match(
      text, std::regex("\\{\"version\":2,\"width\":100,\"height\":40,\"timestamp\":[0-9]+,"
                       "\"env\":\\{\"TERM\":\"vt\\\\\"100\"\\}\\}\n")))
      << text;
  EXPECT_EQ(recording.path(), path);
  EXPECT_EQ(recording.error(), "");
}

TEST_F(RecordingTest, OutputOfATerminalIsExact) {
  open(true);
  recording.add(Stream::out, "a\r\nb\n\x1b[1m\"\\\t\x7f");
  recording.resize({120, 50});
  EXPECT_EQ(events(),
            "[T,\"o\",\"a\\u000d\\u000ab\\u000a\\u001b[1m\\\"\\\\\\u0009\\u007f\"]\n"
            "[T,\"r\",\"120x50\"]\n");
}

TEST_F(RecordingTest, LinesOfAPipeEndAsOnATerminal) {
  open(false);
  recording.add(Stream::out, "a\nb\r");
  recording.add(Stream::err, "\n\nc");
  EXPECT_EQ(events(), "[T,\"o\",\"a\\r\\nb\\u000d\"]\n[T,\"o\",\"\\n\\r\\nc\"]\n");
}

TEST_F(RecordingTest, CodePointsAreNotCut) {
  open(true);
  recording.add(Stream::out, "\xe2\x82");
  recording.add(Stream::err, "e");
  recording.add(Stream::out, "\xac!\xff\xc3");
  EXPECT_EQ(events(), "[T,\"o\",\"e\"]\n[T,\"o\",\"\u20ac!\ufffd\"]\n[T,\"o\",\"\ufffd\"]\n");
}

TEST_F(RecordingTest, FullDiskEndsTheRecording) {
  open(true);
  EXPECT_EQ(mode_of(path), 0600U);
  const FileSizeLimit full(200);
  recording.add(Stream::out, std::string(500, 'x'));
  EXPECT_FALSE(recording.is_open());
  EXPECT_NE(recording.error(), "");
  recording.add(Stream::out, "ignored");
  recording.resize({1, 1});
  recording.close();
}

}  // namespace
}  // namespace escher::test
