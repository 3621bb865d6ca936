#include "recovery/log_directory.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "model/id.hpp"
#include "output/file_fixtures.hpp"
#include "output/log_file.hpp"

namespace escher {
namespace {

using test::exists;

class LogDirectoryTest : public testing::Test {
 protected:
  static std::string new_name() { return format_id(random_id()) + ".log"; }

  // A log whose last line was written `age` seconds ago.
  std::string make_log(time_t age) {
    const std::string name = new_name();
    test::write_file(directory_ / name, std::string(kLogMark) + "# command: \"true\"\n");
    set_age(name, age);
    return name;
  }
  void set_age(const std::string& name, time_t age) const {
    const timespec time = {::time(nullptr) - age, 0};
    const timespec times[] = {time, time};
    ::utimensat(AT_FDCWD, (directory_ / name).c_str(), times, AT_SYMLINK_NOFOLLOW);
  }
  std::size_t remove_older(Millis age) { return remove_old_logs(directory_.path(), {.age = age}); }

  test::TemporaryDirectory directory_;
};

constexpr Millis kHour{3'600'000};

TEST_F(LogDirectoryTest, OldLogsAreRemoved) {
  const auto old = make_log(7200), young = make_log(0);
  EXPECT_EQ(remove_older(kHour), 1U);
  EXPECT_FALSE(exists(directory_ / old));
  EXPECT_TRUE(exists(directory_ / young));
}

TEST_F(LogDirectoryTest, TheOldestAreRemovedUntilTheRestFits) {
  const auto old = make_log(3), middle = make_log(2), young = make_log(1);
  const auto bytes = std::filesystem::file_size(directory_ / old);
  EXPECT_EQ(remove_old_logs(directory_.path(), {.bytes = bytes}), 2U);
  EXPECT_TRUE(exists(directory_ / young));
}

TEST_F(LogDirectoryTest, ForeignFilesAreKept) {
  const auto named = new_name();
  test::write_file(directory_ / named, "2026-11-21T09:30:00.123Z stdout hello\n");
  test::write_file(directory_ / "server.log", std::string(kLogMark));
  std::filesystem::create_directory(directory_ / new_name());
  ASSERT_EQ(::mkfifo((directory_ / new_name()).c_str(), 0600), 0);
  EXPECT_EQ(remove_old_logs(directory_.path(), {.bytes = 0}), 0U);
  EXPECT_TRUE(exists(directory_ / named));
  EXPECT_TRUE(exists(directory_ / "server.log"));
}

TEST_F(LogDirectoryTest, LinksAreKeptWithWhatTheyName) {
  const auto link = new_name(), first = new_name(), second = new_name();
  test::write_file(directory_ / "target", std::string(kLogMark));
  std::filesystem::create_symlink(directory_ / "target", directory_ / link);
  test::write_file(directory_ / first, std::string(kLogMark));
  std::filesystem::create_hard_link(directory_ / first, directory_ / second);
  EXPECT_EQ(remove_old_logs(directory_.path(), {.bytes = 0}), 0U);
  EXPECT_TRUE(exists(directory_ / "target"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory_ / link));
  EXPECT_TRUE(exists(directory_ / first));
}

TEST_F(LogDirectoryTest, LogThatAnExecutionWritesIsKept) {
  LogFile log;
  const std::string name = new_name();
  log.open(directory_ / name);
  log.write_header({"true", "/", 0});
  set_age(name, 7200);
  EXPECT_EQ(remove_older(kHour), 0U);
  EXPECT_TRUE(exists(directory_ / name));
  log.close();
  set_age(name, 7200);
  EXPECT_EQ(remove_older(kHour), 1U);
}

TEST_F(LogDirectoryTest, LogThatWasWrittenSinceTheLookIsKept) {
  const auto name = make_log(7200);
  const LogDirectory directory(directory_.path());
  const auto logs = directory.logs();
  ASSERT_EQ(logs.size(), 1U);
  set_age(name, 0);
  EXPECT_FALSE(directory.remove(logs.front()));
  EXPECT_TRUE(directory.remove(directory.logs().front()));
  EXPECT_FALSE(directory.remove(logs.front()));
}

TEST_F(LogDirectoryTest, MissingDirectoryHasNoLogs) {
  EXPECT_EQ(remove_old_logs(directory_ / "missing", {.bytes = 0}), 0U);
  test::write_file(directory_ / "file", "");
  EXPECT_EQ(remove_old_logs(directory_ / "file", {.bytes = 0}), 0U);
}

}  // namespace
}  // namespace escher
