#include "output/private_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "output/file_fixtures.hpp"
#include "output/posix/safe_directory.hpp"

namespace escher {
namespace {

using test::content_of;
using test::mode_of;
using test::write_file;

class PrivateFileTest : public testing::Test {
 protected:
  // The modes must not depend on the umask of the host.
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

// The descriptor of this process for the open file at `path`.
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

// A link to another file is planted and removed again and again. No order of the steps may lead to
// that file.
TEST_F(PrivateFileTest, DoesNotWriteThroughAHardLinkThatComesAndGoes) {
  const std::string victim = directory_ / "victim";
  write_file(victim, "untouched");
  std::atomic<bool> stop{false};
  std::thread attacker([&] {
    while (!stop) {
      ::unlink(path_.c_str());
      ::link(victim.c_str(), path_.c_str());
    }
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  while (std::chrono::steady_clock::now() < end && content_of(victim) == "untouched") {
    for (int i = 0; i < 50; ++i) static_cast<void>(PrivateFile::replace(path_));
  }
  stop = true;
  attacker.join();
  EXPECT_EQ(content_of(victim), "untouched");
}

TEST_F(PrivateFileTest, CreatesAPrivateFile) {
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

TEST_F(PrivateFileTest, CreateRejectsAnExistingFile) {
  write_file(path_, "mine");
  expect_refused(PrivateFile::create(path_), EEXIST, path_);
  EXPECT_EQ(content_of(path_), "mine");
}

TEST_F(PrivateFileTest, ReplaceTruncatesAnExistingFile) {
  write_file(path_, "old and longer");
  auto file = PrivateFile::replace(path_);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->write("new").has_value());
  EXPECT_EQ(content_of(path_), "new");
}

TEST_F(PrivateFileTest, ReplaceMakesAnExistingFilePrivate) {
  write_file(path_, "old");
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  ASSERT_TRUE(PrivateFile::replace(path_).has_value());
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(PrivateFileTest, ReplaceRejectsAFileOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can create a file of another user";
  write_file(path_, "theirs");
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  const auto file = PrivateFile::replace(path_);
  expect_refused(file, EPERM, path_);
  EXPECT_NE(file.error().message.find("another user"), std::string::npos) << file.error().message;
  EXPECT_EQ(content_of(path_), "theirs");
}

// ---- Two executions with one path.

TEST_F(PrivateFileTest, ReplaceRejectsAFileThatAnotherExecutionWrites) {
  auto first = PrivateFile::replace(path_);
  ASSERT_TRUE(first.has_value());
  const auto second = PrivateFile::replace(path_);
  expect_refused(second, EBUSY, path_);
  EXPECT_NE(second.error().message.find("an execution writes to it"), std::string::npos);
  EXPECT_TRUE(first->write("of the first").has_value());
  EXPECT_FALSE(first->removal());
  EXPECT_EQ(content_of(path_), "of the first");
}

TEST_F(PrivateFileTest, ReplaceAcceptsAFileThatWasClosed) {
  auto first = PrivateFile::replace(path_);
  ASSERT_TRUE(first.has_value());
  // As in a child between its fork and its execve.
  const int copy = ::dup(descriptor_of(path_));
  first->close();
  EXPECT_TRUE(PrivateFile::replace(path_).has_value());
  ::close(copy);
}

TEST_F(PrivateFileTest, MovedFileStaysLocked) {
  auto first = PrivateFile::replace(path_);
  ASSERT_TRUE(first.has_value());
  PrivateFile moved;
  moved = std::move(*first);
  first->close();
  expect_refused(PrivateFile::replace(path_), EBUSY, path_);
}

// ---- Where the directory does not allow to replace the file.

// Calls `body` as an ordinary user in a directory of root with that group and mode, in which the
// user has a file.
template <typename Body>
void in_directory_of_root(const std::string& path, gid_t group, mode_t mode, Body body) {
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
  write_file(path + "/log", "old");
  ASSERT_EQ(::chown((path + "/log").c_str(), kNobody, kNobody), 0);
  ASSERT_EQ(::chown(path.c_str(), 0, group), 0);
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  const gid_t own_group = ::getegid();
  ASSERT_EQ(::setegid(kNobody), 0);
  ASSERT_EQ(::seteuid(kNobody), 0);
  body(path + "/log");
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_EQ(::setegid(own_group), 0);
}

TEST_F(PrivateFileTest, ReplaceTruncatesInADirectoryOfRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  in_directory_of_root(directory_ / "logs", 0, 0755, [](const std::string& path) {
    auto file = PrivateFile::replace(path);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_TRUE(file->write("new").has_value());
    expect_refused(PrivateFile::replace(path), EBUSY, path);
  });
  EXPECT_EQ(content_of(directory_ / "logs/log"), "new");
  EXPECT_EQ(mode_of(directory_ / "logs/log"), 0600U);
}

TEST_F(PrivateFileTest, ReplaceDoesNotTruncateWhereAllUsersCanWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
  // The group has no right to write, and the user is in it.
  in_directory_of_root(directory_ / "logs", 65534, 0757, [](const std::string& path) {
    const auto file = PrivateFile::replace(path);
    expect_refused(file, EACCES, path);
    EXPECT_NE(file.error().message.find("other users can write to its directory"),
              std::string::npos);
  });
  EXPECT_EQ(content_of(directory_ / "logs/log"), "old");
}

TEST_F(PrivateFileTest, ReplacesInADirectoryOfAGroupOfItsOwn) {
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0775), 0);
  write_file(path_, "old");
  EXPECT_TRUE(PrivateFile::replace(path_).has_value());
  EXPECT_EQ(content_of(path_), "");
}

TEST(SafeDirectory, IsOfRootOrTheUserAndNotWritableByOthers) {
  constexpr uid_t kUser = 1000;
  struct stat facts {};
  const auto is_safe = [&](uid_t owner, mode_t mode, bool links_are_protected) {
    facts.st_uid = owner;
    facts.st_mode = S_IFDIR | mode;
    return is_safe_directory(facts, kUser, links_are_protected);
  };
  for (const bool links_are_protected : {false, true}) {
    EXPECT_TRUE(is_safe(0, 0755, links_are_protected));
    EXPECT_TRUE(is_safe(kUser, 0555, links_are_protected));
    EXPECT_FALSE(is_safe(kUser + 1, 0755, links_are_protected));
    EXPECT_FALSE(is_safe(0, 0757, links_are_protected));
    EXPECT_FALSE(is_safe(0, 01777, links_are_protected));
    // The user is not in the group, or could have replaced the file.
    EXPECT_EQ(is_safe(0, 0775, links_are_protected), links_are_protected);
  }
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

TEST_F(PrivateFileTest, DoesNotBlockOnAFifo) {
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

TEST_F(PrivateFileTest, ErrorNamesTheMissingDirectory) {
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

TEST_F(PrivateFileTest, HasCloseOnExecAndBlocks) {
  const auto file = PrivateFile::create(path_);
  ASSERT_TRUE(file.has_value());
  const int fd = descriptor_of(path_);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(PrivateFileTest, MoveTransfersTheDescriptor) {
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

TEST_F(PrivateFileTest, DirectoriesAreCreatedWithTheirParents) {
  const std::string deep = directory_ / "a//b/c/";
  EXPECT_TRUE(make_private_directories(deep).has_value());
  EXPECT_TRUE(std::filesystem::is_directory(deep));
  EXPECT_EQ(mode_of(directory_ / "a"), 0700U);
  EXPECT_EQ(mode_of(directory_ / "a/b/c"), 0700U);
  EXPECT_TRUE(make_private_directories(deep).has_value());
}

TEST_F(PrivateFileTest, ExistingDirectoriesAreAccepted) {
  EXPECT_TRUE(make_private_directories("").has_value());
  EXPECT_TRUE(make_private_directories("/").has_value());
  EXPECT_TRUE(make_private_directories(directory_.path()).has_value());
  std::filesystem::create_directory_symlink(directory_.path(), path_);
  EXPECT_TRUE(make_private_directories(path_).has_value());
}

TEST_F(PrivateFileTest, FileInPlaceOfADirectoryIsAnError) {
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
