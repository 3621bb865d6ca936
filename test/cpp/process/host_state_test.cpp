// What a command inherits from the host, after it has changed there.
#include "process/host_state.hpp"

#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "output/file_fixtures.hpp"
#include "process/file_facts.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class HostStateTest : public ProcessRig {
 protected:
  HostStateTest() {
    std::filesystem::create_directories(root / "a/below");
    std::filesystem::create_directories(root / "b");
    write_file(root / "a/here", "");
    enter("a");
  }
  ~HostStateTest() override { std::filesystem::current_path(before_); }

  void enter(const std::string& name) { std::filesystem::current_path(root / name); }
  // The directory in which a child begins.
  std::string child_directory(LaunchOptions options) {
    const std::string line = run_puppet({"working-dir"}, std::move(options)).out;
    return line.substr(0, line.find('\n'));
  }

  HostState host;
  TemporaryDirectory root;

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
};

TEST_F(HostStateTest, DirectoryIsOneObjectAsLongAsTheHostStays) {
  const auto a = host.directory();
  EXPECT_EQ(host.directory(), a);
  enter("b");
  const auto b = host.directory();
  EXPECT_NE(b, a);
  enter("a");
  EXPECT_NE(host.directory(), b);
}

TEST_F(HostStateTest, ChildBeginsInTheDirectoryAfterTheHostHasLeft) {
  LaunchOptions options;
  options.host_directory = host.directory();
  enter("b");
  EXPECT_EQ(child_directory(options), root / "a");
  options.working_dir = "below";
  EXPECT_EQ(child_directory(options), root / "a/below");
  options.working_dir = root / "b";
  EXPECT_EQ(child_directory(options), root / "b");
}

TEST_F(HostStateTest, DirectoryIsHeldAndNotItsName) {
  LaunchOptions options;
  options.host_directory = host.directory();
  std::filesystem::rename(root / "a", root / "c");
  enter("b");
  EXPECT_EQ(child_directory(options), root / "c");
  std::filesystem::remove_all(root / "c");
  EXPECT_EQ(run_puppet({"exit", "0"}, options).ended.status.code, 0);
}

TEST_F(HostStateTest, RelativePathsAreLookedUpInTheDirectory) {
  const auto a = host.directory();
  enter("b");
  const SystemFileFacts facts;
  EXPECT_EQ(facts.kind("here", a.get()), FileFacts::Kind::file);
  EXPECT_EQ(facts.kind("here", nullptr), FileFacts::Kind::missing);
  EXPECT_EQ(facts.kind(root / "a/here", a.get()), FileFacts::Kind::file);
}

TEST_F(HostStateTest, UmaskIsReadWithoutBeingSet) {
  const mode_t before = ::umask(0123);
  const auto mask = host.status().umask;
  ::umask(before);
  EXPECT_EQ(mask, 0123U);
}

TEST_F(HostStateTest, IgnoredSignalsAreThoseWithoutAHandler) {
  const auto before_usr1 = std::signal(SIGUSR1, SIG_IGN);
  const auto before_usr2 = std::signal(SIGUSR2, [](int) {});
  const auto before_last = std::signal(SIGRTMAX, SIG_IGN);
  const std::uint64_t ignored = host.status().ignored_signals;
  std::signal(SIGUSR1, SIG_DFL);
  const std::uint64_t after = host.status().ignored_signals;
  std::signal(SIGUSR1, before_usr1);
  std::signal(SIGUSR2, before_usr2);
  std::signal(SIGRTMAX, before_last);
  const auto has = [](std::uint64_t signals, int signal) { return signals >> (signal - 1) & 1; };
  EXPECT_EQ(has(ignored, SIGUSR1), 1U);
  EXPECT_EQ(has(ignored, SIGUSR2), 0U);
  EXPECT_EQ(has(ignored, SIGRTMAX), 1U);
  EXPECT_EQ(has(after, SIGUSR1), 0U);
}

}  // namespace
}  // namespace escher::test
