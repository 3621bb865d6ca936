#include "output/log_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <limits>

#include "output/file_fixtures.hpp"

namespace escher {
namespace {

using test::content_of;

constexpr EpochMillis kNow = 1795253400123.0;
const std::string kStamp = "2026-11-21T09:30:00.123Z";

TEST(FormatRfc3339, WritesTheTimeInUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(kNow), kStamp);
  EXPECT_EQ(format_rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(1'709'251'199'999), "2024-02-29T23:59:59.999Z");
}

TEST(FormatRfc3339, TruncatesFractionsOfAMillisecond) {
  EXPECT_EQ(format_rfc3339(0.999), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(-0.5), "1969-12-31T23:59:59.999Z");
}

TEST(FormatRfc3339, HandlesEveryNumber) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(format_rfc3339(kInfinity), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339(-kInfinity), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(std::nan("")), "1970-01-01T00:00:00.000Z");
}

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() { log_.open(path_); }

  std::string written() {
    log_.close();
    return content_of(path_);
  }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_ / "some/where/run.log";
  LogFile log_;
};

TEST_F(LogFileTest, CreatesItsDirectoryAndReturnsItsPath) {
  EXPECT_TRUE(log_.is_open());
  EXPECT_EQ(log_.path(), path_);
  EXPECT_EQ(log_.error(), "");
  EXPECT_EQ(test::mode_of(path_), 0600U);
  EXPECT_EQ(test::mode_of(directory_ / "some"), 0700U);
}

TEST_F(LogFileTest, WritesALinePerLine) {
  log_.add(Stream::out, {"hello", false}, kNow);
  log_.add(Stream::err, {"", false}, kNow + 1000);
  EXPECT_EQ(written(), kStamp + " stdout hello\n" + "2026-11-21T09:30:01.123Z stderr \n");
}

TEST_F(LogFileTest, HeaderIsWrittenAtOnce) {
  log_.write_header({"echo \"a\"\necho b", "/srv/app", kNow});
  EXPECT_EQ(content_of(path_),
            "# escher-execution-engine log\n"
            "# command: \"echo \\\"a\\\"\\u000aecho b\"\n"
            "# directory: \"/srv/app\"\n"
            "# started: " +
                kStamp + "\n");
}

TEST_F(LogFileTest, FooterEndsAnUnfinishedLine) {
  ExecutionResult result;
  result.status = Status::failed;
  result.exit.code = 3;
  result.duration = Millis(12.3456);
  log_.add(Stream::out, {"cut", true}, kNow);
  log_.add_footer(result);
  EXPECT_EQ(written(), kStamp +
                           " stdout cut\n"
                           "# status: failed\n"
                           "# exit code: 3\n"
                           "# duration: 12.346 ms\n");
}

TEST_F(LogFileTest, FooterNamesTheSignal) {
  ExecutionResult result;
  result.exit.signal = SIGTERM;
  log_.add_footer(result);
  EXPECT_EQ(written(), "# status: failed\n# signal: SIGTERM\n# duration: 0.000 ms\n");
}

TEST_F(LogFileTest, WritesWhenItIsFlushed) {
  log_.add(Stream::out, {"hello", false}, kNow);
  EXPECT_EQ(content_of(path_), "");
  log_.flush();
  EXPECT_EQ(content_of(path_), kStamp + " stdout hello\n");
}

TEST_F(LogFileTest, WritesALongChunkInParts) {
  for (int i = 0; i < 5000; ++i) log_.add(Stream::out, {"", false}, kNow);
  EXPECT_GE(content_of(path_).size(), 65'536U);
  EXPECT_EQ(written().size(), 5000 * (kStamp + " stdout \n").size());
}

TEST_F(LogFileTest, JoinsPieces) {
  log_.add(Stream::out, {"one ", true}, kNow);
  log_.flush();
  log_.add(Stream::out, {"line", true}, kNow + 5);
  log_.add(Stream::out, {"", false}, kNow + 5);
  log_.add(Stream::out, {"next", false}, kNow);
  EXPECT_EQ(written(), kStamp + " stdout one line\n" + kStamp + " stdout next\n");
}

TEST_F(LogFileTest, LineOfTheOtherStreamEndsAnUnfinishedLine) {
  log_.add(Stream::out, {"50%", true}, kNow);
  log_.add(Stream::err, {"oops", false}, kNow);
  log_.add(Stream::out, {" 100%", false}, kNow);
  EXPECT_EQ(written(),
            kStamp + " stdout 50%\n" + kStamp + " stderr oops\n" + kStamp + " stdout  100%\n");
}

TEST_F(LogFileTest, EmptyRestOfAnInterruptedLineIsOmitted) {
  log_.add(Stream::out, {"prompt> ", true}, kNow);
  log_.add(Stream::err, {"oops", true}, kNow);
  log_.add(Stream::out, {"", false}, kNow);
  log_.add(Stream::err, {"!", false}, kNow);
  log_.add(Stream::out, {"", false}, kNow);
  EXPECT_EQ(written(),
            kStamp + " stdout prompt> \n" + kStamp + " stderr oops!\n" + kStamp + " stdout \n");
}

TEST_F(LogFileTest, CloseEndsAnUnfinishedLine) {
  log_.add(Stream::out, {"cut", true}, kNow);
  EXPECT_EQ(written(), kStamp + " stdout cut\n");
  EXPECT_FALSE(log_.is_open());
  EXPECT_EQ(log_.path(), path_);
}

TEST_F(LogFileTest, TextIsConvertedToValidUtf8) {
  log_.add(Stream::out, {"caf\xC3", false}, kNow);
  EXPECT_EQ(written(), kStamp + " stdout caf\xEF\xBF\xBD\n");
}

TEST_F(LogFileTest, TruncatesTheLogOfAnEarlierRun) {
  log_.add(Stream::out, {"earlier", false}, kNow);
  log_.close();
  LogFile again;
  again.open(path_);
  again.add(Stream::out, {"later", false}, kNow);
  again.close();
  EXPECT_EQ(content_of(path_), kStamp + " stdout later\n");
}

TEST_F(LogFileTest, FailureEndsTheLogAndIsReported) {
  log_.add(Stream::out, {"fits", false}, kNow);
  log_.flush();
  {
    test::FileSizeLimit limit(20);
    log_.add(Stream::out, {"too much", false}, kNow);
    log_.flush();
  }
  EXPECT_FALSE(log_.is_open());
  EXPECT_EQ(log_.path(), path_);
  EXPECT_NE(log_.error().find("EFBIG"), std::string::npos) << log_.error();
  EXPECT_NE(log_.error().find(path_), std::string::npos) << log_.error();
  log_.add(Stream::out, {"no longer written", false}, kNow);
  EXPECT_EQ(written(), kStamp + " stdout fits\n");
}

TEST_F(LogFileTest, RemovedFileIsReported) {
  log_.add(Stream::out, {"lost", false}, kNow);
  std::filesystem::remove(path_);
  log_.close();
  EXPECT_EQ(log_.path(), "");
  EXPECT_NE(log_.error().find("the file was removed while it was written"), std::string::npos)
      << log_.error();
}

TEST(LogFile, ReportsWhyItCannotBeOpened) {
  test::TemporaryDirectory directory;
  test::write_file(directory / "file", "");
  LogFile log;
  log.open(directory / "file/run.log");
  EXPECT_FALSE(log.is_open());
  EXPECT_EQ(log.path(), "");
  EXPECT_NE(log.error().find("ENOTDIR"), std::string::npos) << log.error();
  log.write_header({"true", "/", kNow});
  log.add(Stream::out, {"nowhere", false}, kNow);
  log.flush();
  log.add_footer({});
  log.close();
}

}  // namespace
}  // namespace escher
