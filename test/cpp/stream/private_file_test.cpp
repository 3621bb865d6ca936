#include "stream/private_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "file_fixtures.hpp"

namespace escher {
namespace {

using test::content_of;
using test::mode_of;
using test::write_file;

class PrivateFileTest : public testing::Test {
 protected:
  // Modes are to be right whatever the host's umask lets through.
  PrivateFileTest() : umask_(::umask(0)) {}
  ~PrivateFileTest() override { ::umask(umask_); }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_ / "file";

 private:
  mode_t umask_;
};

void expect_refused(const Result<PrivateFile>& file, int os_error, const std::string& path) {
  ASSERT_TRUE(file.has_error());
  EXPECT_EQ(file.error().code, ErrorCode::io);
  EXPECT_EQ(file.error().os_error, os_error);
  EXPECT_EQ(file.error().path, path);
}

// The descriptor of this process that has the file at `path` open.
int descriptor_of(const std::string& path) {
  struct stat wanted {};
  ::stat(path.c_str(), &wanted);
  for (int fd = 0; fd < 1024; ++fd) {
    struct stat facts {};
    if (::fstat(fd, &facts) == 0 && facts.st_ino == wanted.st_ino &&
        facts.st_dev == wanted.st_dev) {
      return fd;
    }
  }
  return -1;
}

TEST_F(PrivateFileTest, CreatesAFileForItsOwnerAlone) {
  auto file = PrivateFile::create(path_);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->is_open());
  EXPECT_EQ(file->path(), path_);
  EXPECT_TRUE(file->write("hello ").has_value());
  EXPECT_TRUE(file->write("world").has_value());
  file->close();
  EXPECT_FALSE(file->is_open());
  EXPECT_EQ(content_of(path_), "hello world");
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(PrivateFileTest, CreateLeavesAnExistingFileAlone) {
  write_file(path_, "mine");
  expect_refused(PrivateFile::create(path_), EEXIST, path_);
  EXPECT_EQ(content_of(path_), "mine");
}

TEST_F(PrivateFileTest, ReplaceEmptiesAnExistingFile) {
  write_file(path_, "old and longer");
  auto file = PrivateFile::replace(path_);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->write("new").has_value());
  EXPECT_EQ(content_of(path_), "new");
}

TEST_F(PrivateFileTest, ReplaceCreatesAMissingFile) {
  ASSERT_TRUE(PrivateFile::replace(path_).has_value());
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(PrivateFileTest, DoesNotFollowALink) {
  const std::string target = directory_ / "target";
  write_file(target, "precious");
  std::filesystem::create_symlink(target, path_);
  expect_refused(PrivateFile::replace(path_), ELOOP, path_);
  expect_refused(PrivateFile::create(path_), EEXIST, path_);
  EXPECT_EQ(content_of(target), "precious");
}

TEST_F(PrivateFileTest, DoesNotWriteThroughAHardLink) {
  const std::string target = directory_ / "target";
  write_file(target, "precious");
  std::filesystem::create_hard_link(target, path_);
  const auto file = PrivateFile::replace(path_);
  expect_refused(file, EINVAL, path_);
  EXPECT_NE(file.error().message.find("more than one hard link"), std::string::npos);
  EXPECT_EQ(content_of(target), "precious");
}

TEST_F(PrivateFileTest, DoesNotWaitForTheReaderOfAFifo) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_refused(PrivateFile::replace(path_), ENXIO, path_);
}

TEST_F(PrivateFileTest, DoesNotWriteToAFifo) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const auto file = PrivateFile::replace(path_);
  expect_refused(file, EINVAL, path_);
  EXPECT_NE(file.error().message.find("not a regular file"), std::string::npos);
  ::close(reader);
}

TEST_F(PrivateFileTest, DoesNotWriteToADevice) {
  expect_refused(PrivateFile::replace("/dev/null"), EINVAL, "/dev/null");
}

TEST_F(PrivateFileTest, NamesTheMissingDirectory) {
  const std::string path = directory_ / "missing/file";
  const auto file = PrivateFile::create(path);
  expect_refused(file, ENOENT, path);
  EXPECT_EQ(file.error().syscall, "open");
}

TEST_F(PrivateFileTest, FailedWriteClosesTheFile) {
  auto file = PrivateFile::create(path_);
  ASSERT_TRUE(file.has_value());
  test::FileSizeLimit limit(10);
  const auto written = file->write("more than ten bytes");
  ASSERT_TRUE(written.has_error());
  EXPECT_EQ(written.error().os_error, EFBIG);
  EXPECT_EQ(written.error().syscall, "write");
  EXPECT_EQ(written.error().path, path_);
  EXPECT_FALSE(file->is_open());
}

TEST_F(PrivateFileTest, IsNotInheritedByAChildAndBlocks) {
  const auto file = PrivateFile::create(path_);
  ASSERT_TRUE(file.has_value());
  const int fd = descriptor_of(path_);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(PrivateFileTest, MovingLeavesOneOwner) {
  auto created = PrivateFile::create(path_);
  ASSERT_TRUE(created.has_value());
  PrivateFile first = std::move(*created);
  PrivateFile second = std::move(first);
  EXPECT_FALSE(first.is_open());
  ASSERT_TRUE(second.is_open());
  first = std::move(second);
  EXPECT_FALSE(second.is_open());
  EXPECT_TRUE(first.write("still open").has_value());
  EXPECT_EQ(content_of(path_), "still open");
}

TEST_F(PrivateFileTest, DirectoriesAreMadeWithTheirParents) {
  const std::string deep = directory_ / "a//b/c/";
  EXPECT_TRUE(make_private_directories(deep).has_value());
  EXPECT_TRUE(std::filesystem::is_directory(deep));
  EXPECT_EQ(mode_of(directory_ / "a"), 0700U);
  EXPECT_EQ(mode_of(directory_ / "a/b/c"), 0700U);
  EXPECT_TRUE(make_private_directories(deep).has_value());
}

TEST_F(PrivateFileTest, DirectoriesThatAreThereAreTaken) {
  EXPECT_TRUE(make_private_directories("").has_value());
  EXPECT_TRUE(make_private_directories("/").has_value());
  EXPECT_TRUE(make_private_directories(directory_.path()).has_value());
  std::filesystem::create_directory_symlink(directory_.path(), path_);
  EXPECT_TRUE(make_private_directories(path_).has_value());
}

TEST_F(PrivateFileTest, FileInTheWayOfADirectoryIsAnError) {
  write_file(path_, "in the way");
  const auto same = make_private_directories(path_);
  ASSERT_TRUE(same.has_error());
  EXPECT_EQ(same.error().os_error, ENOTDIR);
  const auto below = make_private_directories(path_ + "/below");
  ASSERT_TRUE(below.has_error());
  EXPECT_EQ(below.error().os_error, ENOTDIR);
  EXPECT_EQ(below.error().syscall, "mkdir");
}

}  // namespace
}  // namespace escher
