// SystemFileFacts on real files.
#include "process/file_facts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

#include "output/file_fixtures.hpp"
#include "process/refused_calls.hpp"
#include "support/helper_process.hpp"

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

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

  Kind kind(const std::string& path) { return facts.kind(path, nullptr); }
  bool is_executable(const std::string& path) { return facts.is_executable(path, nullptr); }
  std::optional<std::string> shebang(const std::string& path) {
    return facts.shebang(path, nullptr);
  }

  TemporaryDirectory directory;
  SystemFileFacts facts;
};

TEST_F(FileFactsTest, DistinguishesFilesDirectoriesAndOthers) {
  EXPECT_EQ(kind(make_file("file", "", 0600)), Kind::file);
  EXPECT_EQ(kind(directory.path()), Kind::directory);
  EXPECT_EQ(kind("/dev/null"), Kind::other);
  EXPECT_EQ(kind(directory / "nothing"), Kind::missing);
  EXPECT_EQ(kind(directory / "file/below"), Kind::missing);
}

TEST_F(FileFactsTest, FollowsLinks) {
  make_file("file", "", 0600);
  ::symlink("file", (directory / "link").c_str());
  ::symlink("nothing", (directory / "broken").c_str());
  EXPECT_EQ(kind(directory / "link"), Kind::file);
  EXPECT_EQ(kind(directory / "broken"), Kind::missing);
}

TEST_F(FileFactsTest, OnlyAFileWithPermissionIsExecutable) {
  EXPECT_TRUE(is_executable(make_file("program", "", 0700)));
  EXPECT_FALSE(is_executable(make_file("plain", "", 0600)));
  EXPECT_FALSE(is_executable(directory.path()));
  EXPECT_FALSE(is_executable(directory / "nothing"));
}

TEST_F(FileFactsTest, GoesByTheExecuteBitsInASandboxWithoutFaccessat2) {
  const std::string program = make_file("program", "", 0700);
  const std::string plain = make_file("plain", "", 0600);
  HelperProcess sandboxed([&](const HelperProcess::Channel&) {
    if (!refuse_call({SYS_faccessat2}, EPERM)) return 2;
    return is_executable(program) && !is_executable(plain) && !is_executable(directory.path()) ? 0
                                                                                               : 1;
  });
  EXPECT_EQ(sandboxed.wait(), 0);
}

TEST_F(FileFactsTest, FindsAShebang) {
  EXPECT_EQ(shebang(make_file("script", "#!/bin/sh -e\nrest", 0600)), "/bin/sh -e");
  EXPECT_EQ(shebang(make_file("shortest", "#!", 0600)), "");
  const std::string line(300, 'x');
  EXPECT_EQ(shebang(make_file("long", "#!" + line, 0600)), line.substr(0, 255));
  EXPECT_FALSE(shebang(make_file("comment", "# !\n", 0600)));
  EXPECT_FALSE(shebang(make_file("one", "#", 0600)));
  EXPECT_FALSE(shebang(make_file("empty", "", 0600)));
  EXPECT_FALSE(shebang(directory / "nothing"));
  EXPECT_FALSE(shebang(directory.path()));
}

TEST_F(FileFactsTest, DoesNotBlockOnAFifo) {
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0700), 0);
  EXPECT_FALSE(shebang(directory / "fifo"));
  EXPECT_FALSE(is_executable(directory / "fifo"));
}

}  // namespace
}  // namespace escher::test
