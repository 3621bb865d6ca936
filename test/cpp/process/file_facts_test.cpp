// SystemFileFacts: what validation asks, answered by real files.
#include "process/file_facts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "stream/file_fixtures.hpp"

namespace escher::test {
namespace {

using Kind = FileFacts::Kind;

class FileFactsTest : public testing::Test {
 protected:
  std::string make_file(const std::string& name, const std::string& content, mode_t mode) {
    write_file(directory / name, content);
    ::chmod((directory / name).c_str(), mode);
    return directory / name;
  }

  TemporaryDirectory directory;
  SystemFileFacts facts;
};

TEST_F(FileFactsTest, TellsFilesFromDirectoriesAndTheRest) {
  EXPECT_EQ(facts.kind(make_file("file", "", 0600)), Kind::file);
  EXPECT_EQ(facts.kind(directory.path()), Kind::directory);
  EXPECT_EQ(facts.kind("/dev/null"), Kind::other);
  EXPECT_EQ(facts.kind(directory / "nothing"), Kind::missing);
  EXPECT_EQ(facts.kind(directory / "file/below"), Kind::missing);
}

TEST_F(FileFactsTest, FollowsLinks) {
  make_file("file", "", 0600);
  ::symlink("file", (directory / "link").c_str());
  ::symlink("nothing", (directory / "broken").c_str());
  EXPECT_EQ(facts.kind(directory / "link"), Kind::file);
  EXPECT_EQ(facts.kind(directory / "broken"), Kind::missing);
}

TEST_F(FileFactsTest, OnlyAFileWithPermissionIsExecutable) {
  EXPECT_TRUE(facts.is_executable(make_file("program", "", 0700)));
  EXPECT_FALSE(facts.is_executable(make_file("plain", "", 0600)));
  EXPECT_FALSE(facts.is_executable(directory.path()));
  EXPECT_FALSE(facts.is_executable(directory / "nothing"));
}

TEST_F(FileFactsTest, SeesTheFirstTwoBytesOfAScript) {
  EXPECT_TRUE(facts.has_shebang(make_file("script", "#!/bin/sh\n", 0600)));
  EXPECT_TRUE(facts.has_shebang(make_file("shortest", "#!", 0600)));
  EXPECT_FALSE(facts.has_shebang(make_file("comment", "# !\n", 0600)));
  EXPECT_FALSE(facts.has_shebang(make_file("one", "#", 0600)));
  EXPECT_FALSE(facts.has_shebang(make_file("empty", "", 0600)));
  EXPECT_FALSE(facts.has_shebang(directory / "nothing"));
  EXPECT_FALSE(facts.has_shebang(directory.path()));
}

TEST_F(FileFactsTest, DoesNotWaitForTheWriterOfAFifo) {
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0700), 0);
  EXPECT_FALSE(facts.has_shebang(directory / "fifo"));
  EXPECT_FALSE(facts.is_executable(directory / "fifo"));
}

}  // namespace
}  // namespace escher::test
