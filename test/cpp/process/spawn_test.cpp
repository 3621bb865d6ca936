// posix::spawn: a launch works, or it names the step that did not, and leaves nothing behind.
#include "process/posix/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "stream/file_fixtures.hpp"
#include "support/process_facts.hpp"

namespace escher::posix {
namespace {

using test::open_descriptors;
using test::own_children;

class Spawn : public testing::Test {
 protected:
  Spawn() : null_device_(::open("/dev/null", O_RDWR | O_CLOEXEC)) {}

  SpawnOutcome spawn_file(const std::string& executable, const char* working_dir = nullptr) {
    char name[] = "puppet", mode[] = "exit", code[] = "7";
    char* const argv[] = {name, mode, code, nullptr};
    char* const envp[] = {nullptr};
    SpawnPlan plan;
    plan.executable = executable.c_str();
    plan.argv = argv;
    plan.envp = envp;
    plan.working_dir = working_dir;
    for (int& fd : plan.stdio) fd = null_device_.get();
    return spawn(plan);
  }

  void expect_failure(const SpawnOutcome& outcome, const char* step, int os_error) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_STREQ(outcome.failed_step, step);
    EXPECT_EQ(outcome.os_error, os_error) << std::strerror(outcome.os_error);
    EXPECT_EQ(outcome.pid, -1);
    EXPECT_FALSE(outcome.pidfd);
  }

  UniqueFd null_device_;
  test::TemporaryDirectory directory_;
};

TEST_F(Spawn, GivesTheProcessAndADescriptorForIt) {
  const auto outcome = spawn_file(PUPPET_PATH);
  ASSERT_TRUE(outcome.ok());
  ASSERT_TRUE(outcome.pidfd);
  EXPECT_NE(::fcntl(outcome.pidfd.get(), F_GETFD) & FD_CLOEXEC, 0);
  siginfo_t info = {};
  ASSERT_EQ(::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(outcome.pidfd.get()), &info,
                     WEXITED),
            0);
  EXPECT_EQ(info.si_pid, outcome.pid);
  EXPECT_EQ(info.si_status, 7);
}

TEST_F(Spawn, NamesExecveForAProgramThatIsNotThere) {
  expect_failure(spawn_file(directory_ / "missing"), "execve", ENOENT);
}

TEST_F(Spawn, NamesExecveForAFileWithoutPermission) {
  test::write_file(directory_ / "plain", "#!/bin/sh\n");
  ::chmod((directory_ / "plain").c_str(), 0600);
  expect_failure(spawn_file(directory_ / "plain"), "execve", EACCES);
}

TEST_F(Spawn, NamesExecveForADirectory) {
  expect_failure(spawn_file(directory_.path()), "execve", EACCES);
}

TEST_F(Spawn, NamesExecveForAFileOfNoKnownFormat) {
  test::write_file(directory_ / "text", "neither a program nor a script\n");
  ::chmod((directory_ / "text").c_str(), 0700);
  expect_failure(spawn_file(directory_ / "text"), "execve", ENOEXEC);
}

TEST_F(Spawn, NamesExecveForAScriptWhoseInterpreterIsMissing) {
  test::write_file(directory_ / "script", "#!" + (directory_ / "nobody") + "\n");
  ::chmod((directory_ / "script").c_str(), 0700);
  expect_failure(spawn_file(directory_ / "script"), "execve", ENOENT);
}

TEST_F(Spawn, NamesExecveForAFileTakenForADirectory) {
  test::write_file(directory_ / "file", "");
  expect_failure(spawn_file(directory_ / "file/program"), "execve", ENOTDIR);
}

TEST_F(Spawn, NamesChdirForAWorkingDirectoryThatIsNone) {
  test::write_file(directory_ / "file", "");
  expect_failure(spawn_file(PUPPET_PATH, (directory_ / "missing").c_str()), "chdir", ENOENT);
  expect_failure(spawn_file(PUPPET_PATH, (directory_ / "file").c_str()), "chdir", ENOTDIR);
}

TEST_F(Spawn, NamesDup3ForADescriptorThatIsNotOpen) {
  constexpr int kClosed = 987;
  ASSERT_EQ(::fcntl(kClosed, F_GETFD), -1);
  char name[] = "puppet";
  char* const argv[] = {name, nullptr};
  SpawnPlan plan;
  plan.executable = PUPPET_PATH;
  plan.argv = argv;
  plan.envp = argv + 1;
  for (int& fd : plan.stdio) fd = kClosed;
  expect_failure(spawn(plan), "dup3", EBADF);
}

TEST_F(Spawn, AFailureLeavesNeitherAZombieNorADescriptor) {
  spawn_file(directory_ / "missing");
  const auto before = open_descriptors();
  for (int i = 0; i < 50; ++i) spawn_file(directory_ / "missing");
  for (int i = 0; i < 50; ++i) spawn_file(PUPPET_PATH, "/nowhere");
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Spawn, LeavesTheSignalMaskOfTheCallerAsItWas) {
  sigset_t mine, after;
  ::sigemptyset(&mine);
  ::sigaddset(&mine, SIGUSR2);
  ::pthread_sigmask(SIG_SETMASK, &mine, nullptr);
  spawn_file(directory_ / "missing");
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < NSIG; ++signal) {
    EXPECT_EQ(::sigismember(&after, signal), signal == SIGUSR2 ? 1 : 0) << signal;
  }
  ::sigemptyset(&mine);
  ::pthread_sigmask(SIG_SETMASK, &mine, nullptr);
}

}  // namespace
}  // namespace escher::posix
