#include "recovery/overflow_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

#include "output/file_fixtures.hpp"
#include "process/refused_calls.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

const ExecutionId kId = *parse_id("01234567-89ab-4cde-8f01-23456789abcd");

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// A temporary directory for private directories. In the one of the system, any other engine that
// starts removes the files of dead hosts.
class OwnTmpdir {
 public:
  OwnTmpdir() {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", directory_.path().c_str(), 1);
  }
  ~OwnTmpdir() {
    if (before_)
      ::setenv("TMPDIR", before_->c_str(), 1);
    else
      ::unsetenv("TMPDIR");
  }
  OwnTmpdir(const OwnTmpdir&) = delete;
  OwnTmpdir& operator=(const OwnTmpdir&) = delete;

 private:
  std::optional<std::string> before_;
  const TemporaryDirectory directory_;
};

TEST(OverflowDirectoryTest, NamesFilesByIdAndStream) {
  const TemporaryDirectory directory;
  OverflowDirectory overflow(directory.path(), true);
  EXPECT_EQ(*overflow.path_for(kId, Stream::out),
            directory / "01234567-89ab-4cde-8f01-23456789abcd.stdout");
  EXPECT_EQ(*overflow.path_for(kId, Stream::err),
            directory / "01234567-89ab-4cde-8f01-23456789abcd.stderr");
}

TEST(OverflowDirectoryTest, CreatesTheConfiguredDirectoryAndKeepsIt) {
  const TemporaryDirectory directory;
  OverflowDirectory overflow(directory / "a/b", false);
  EXPECT_FALSE(exists(directory / "a"));
  ASSERT_TRUE(overflow.path_for(kId, Stream::out));
  EXPECT_EQ(mode_of(directory / "a/b"), 0700U);
  overflow.remove();
  EXPECT_TRUE(exists(directory / "a/b"));
}

TEST(OverflowDirectoryTest, ReportsWhyItCannotBeCreated) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  OverflowDirectory overflow(directory / "file/below", false);
  const auto path = overflow.path_for(kId, Stream::out);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, ErrorCode::io);
}

TEST(OverflowDirectoryTest, PrivateDirectoryIsSharedByAllFiles) {
  OverflowDirectory overflow(std::nullopt, false);
  const std::string first = parent_of(*overflow.path_for(kId, Stream::out));
  EXPECT_EQ(mode_of(first), 0700U);
  EXPECT_EQ(parent_of(*overflow.path_for(random_id(), Stream::err)), first);
  OverflowDirectory another(std::nullopt, false);
  EXPECT_NE(parent_of(*another.path_for(kId, Stream::out)), first);
  overflow.remove();
  another.remove();
}

TEST(OverflowDirectoryTest, PrivateDirectoryIsRemovedOnlyIfEmpty) {
  OverflowDirectory overflow(std::nullopt, false);
  const std::string empty = parent_of(*overflow.path_for(kId, Stream::out));
  overflow.remove();
  EXPECT_FALSE(exists(empty));

  const std::string file = *overflow.path_for(kId, Stream::out);
  write_file(file, "kept");
  overflow.remove();
  EXPECT_TRUE(exists(file));
  std::filesystem::remove_all(parent_of(file));
}

// A file of a dead process, a fork of the test. `base` nothing: in a private directory in TMPDIR.
std::string file_of_dead_host(const std::optional<std::string>& base) {
  HelperProcess host([&](const HelperProcess::Channel& channel) {
    OverflowDirectory overflow(base, false);
    const std::string file = *overflow.path_for(kId, Stream::out);
    write_file(file, "left");
    channel.send(file);
    return 0;
  });
  const std::string file = host.read_line();
  host.wait();
  return file;
}

std::size_t entries_of(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(OverflowDirectoryTest, FilesOfADeadHostAreRemoved) {
  const TemporaryDirectory base;
  ASSERT_TRUE(exists(file_of_dead_host(base.path())));
  OverflowDirectory::remove_abandoned(base.path());
  EXPECT_EQ(entries_of(base.path()), 0U);
}

TEST(OverflowDirectoryTest, PrivateDirectoryOfADeadHostIsRemoved) {
  const OwnTmpdir tmpdir;
  const std::string file = file_of_dead_host(std::nullopt);
  ASSERT_TRUE(exists(file));
  OverflowDirectory::remove_abandoned(std::nullopt);
  EXPECT_FALSE(exists(parent_of(file)));
}

TEST(OverflowDirectoryTest, DirectoryOfALiveHostIsKept) {
  const TemporaryDirectory base;
  OverflowDirectory overflow(base.path(), false);
  const std::string file = *overflow.path_for(kId, Stream::out);
  write_file(file, "needed");
  OverflowDirectory::remove_abandoned(base.path());
  EXPECT_TRUE(exists(file));
  OverflowDirectory own(std::nullopt, false);
  const std::string private_one = parent_of(*own.path_for(kId, Stream::out));
  OverflowDirectory::remove_abandoned(std::nullopt);
  EXPECT_TRUE(exists(private_one));
  own.remove();
}

// A host in another container can share the directory; its PID has no meaning here.
TEST(OverflowDirectoryTest, LockedDirectoryIsKeptWhateverItsOwner) {
  const OwnTmpdir tmpdir;
  const std::string file = file_of_dead_host(std::nullopt);
  const int lock = ::open(parent_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_SH), 0);
  OverflowDirectory::remove_abandoned(std::nullopt);
  EXPECT_TRUE(exists(file));
  ::close(lock);
  OverflowDirectory::remove_abandoned(std::nullopt);
  EXPECT_FALSE(exists(file));
}

TEST(OverflowDirectoryTest, FilesOfOthersAreKept) {
  const TemporaryDirectory base;
  const std::string name = format_id(kId) + ".stdout";
  std::filesystem::create_directory(base / "outside");
  write_file(base / ("outside/" + name), "mine");
  std::filesystem::create_directory_symlink(base / "outside",
                                            base / "escher-execution-engine-1-2-abcdef");
  write_file(base / "escher-execution-engine-1-2-list00", "../outside/" + name + "\nnotes.txt\n");
  write_file(base / "notes.txt", "mine");
  OverflowDirectory::remove_abandoned(base.path());
  EXPECT_TRUE(exists(base / ("outside/" + name)));
  EXPECT_TRUE(exists(base / "notes.txt"));
  EXPECT_FALSE(exists(base / "escher-execution-engine-1-2-list00"));
}

// The report of a host in which `call` is refused.
std::string report_without(const KernelCall& call, const std::function<std::string()>& scenario) {
  HelperProcess host([&](const HelperProcess::Channel& channel) {
    channel.send(refuse_call(call, EPERM) ? scenario() : "unsupported");
    return 0;
  });
  return host.read_line();
}

// Without /proc, because no directory can be read.
int count_descriptors() {
  int count = 0;
  for (int fd = 0; fd < 1000; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

// A command can be launched at the same time, and dup() does not set FD_CLOEXEC.
TEST(OverflowDirectoryTest, DirectoryIsReadWithoutAnInheritableDescriptor) {
  const OwnTmpdir tmpdir;
  const std::string file = file_of_dead_host(std::nullopt);
  const std::string report = report_without({SYS_dup}, [&] {
    OverflowDirectory::remove_abandoned(std::nullopt);
    return std::string(exists(file) ? "left" : "removed");
  });
  if (report == "unsupported") GTEST_SKIP() << "no seccomp filters on this system";
  EXPECT_EQ(report, "removed");
}

// fdopendir fails if F_GETFL fails.
TEST(OverflowDirectoryTest, UnreadableDirectoryLeaksNoDescriptor) {
  const OwnTmpdir tmpdir;
  file_of_dead_host(std::nullopt);
  const std::string report = report_without({SYS_fcntl, 1, F_GETFL}, [&] {
    const int before = count_descriptors();
    OverflowDirectory::remove_abandoned(std::nullopt);
    return std::string(count_descriptors() == before ? "none leaked" : "one leaked");
  });
  if (report == "unsupported") GTEST_SKIP() << "no seccomp filters on this system";
  EXPECT_EQ(report, "none leaked");
}

TEST(OverflowDirectoryTest, KeptFilesAreNotRemoved) {
  const TemporaryDirectory base;
  OverflowDirectory overflow(base.path(), true);
  const std::string file = *overflow.path_for(kId, Stream::out);
  write_file(file, "kept");
  OverflowDirectory::remove_abandoned(base.path());
  EXPECT_TRUE(exists(file));
}

}  // namespace
}  // namespace escher::test
