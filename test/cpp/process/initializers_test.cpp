// Each initializer alone: its effect in the child, and the step that it names when it fails.
#include "process/posix/initializers.hpp"

#include <sys/syscall.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>

#include "output/file_fixtures.hpp"
#include "process/launcher_fixture.hpp"
#include "process/refused_calls.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

class Initializers : public LauncherTest {
 protected:
  // The step that fails in a process in which the call is rejected.
  template <typename Init>
  static std::string step_without(std::uint32_t call, const Init& init) {
    HelperProcess host([&](const HelperProcess::Channel& channel) {
      if (!refuse_call({call}, EPERM)) return 1;
      channel.send(step_and_error(launch({kPuppetPath, "exit", "0"}, init)));
      return 0;
    });
    const std::string line = host.read_line();
    host.wait();
    return line;
  }
};

#define EXPECT_STEP_WITHOUT(call, init, step)                                \
  do {                                                                       \
    const std::string failed = step_without(call, init);                     \
    if (failed.empty()) GTEST_SKIP() << "no seccomp filters on this system"; \
    EXPECT_EQ(failed, std::string(step) + ": " + std::strerror(EPERM));      \
  } while (false)

TEST_F(Initializers, DefaultSignalsResetWhatTheHostIgnores) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const std::string without = output_of({kPuppetPath, "signals"});
  const std::string with = output_of({kPuppetPath, "signals"}, posix::DefaultSignals());
  std::signal(SIGPIPE, before);
  EXPECT_EQ(without.find("SigIgn:\t0000000000000000"), std::string::npos) << without;
  EXPECT_NE(with.find("SigIgn:\t0000000000000000"), std::string::npos) << with;
}

// The set of ignored signals in the output of the puppet.
std::string ignored_in(const std::string& signals) {
  const std::string label = "SigIgn:\t";
  const auto found = signals.find(label);
  return found == std::string::npos ? signals : signals.substr(found + label.size(), 16);
}

// Whether the kernel can reset the handled signals of a child (Linux 5.5).
bool can_reset_handlers() {
  std::uint64_t arguments[8] = {0x100000000};  // CLONE_CLEAR_SIGHAND
  arguments[4] = SIGCHLD;
  const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, arguments, sizeof arguments));
  if (pid == 0) ::_exit(0);
  if (pid > 0) wait_for(pid);
  return pid > 0;
}

// Only these need a call where the kernel resets the handled signals by itself.
TEST_F(Initializers, DefaultSignalsResetTheGivenOnes) {
  if (!can_reset_handlers()) GTEST_SKIP() << "Linux before 5.5, or a sandbox";
  constexpr auto kPipe = std::uint64_t{1} << (SIGPIPE - 1);
  const auto before_pipe = std::signal(SIGPIPE, SIG_IGN);
  const auto before_usr1 = std::signal(SIGUSR1, SIG_IGN);
  const auto before_usr2 = std::signal(SIGUSR2, [](int) {});
  const std::string signals = output_of({kPuppetPath, "signals"}, posix::DefaultSignals{kPipe});
  std::signal(SIGPIPE, before_pipe);
  std::signal(SIGUSR1, before_usr1);
  std::signal(SIGUSR2, before_usr2);
  EXPECT_EQ(ignored_in(signals), "0000000000000200");
}

TEST_F(Initializers, DefaultSignalsResetAllWithoutClone3) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    if (!refuse_call({SYS_clone3}, ENOSYS)) return 1;
    std::signal(SIGUSR1, SIG_IGN);
    channel.send(ignored_in(output_of({kPuppetPath, "signals"}, posix::DefaultSignals{0})));
    return 0;
  });
  const std::string ignored = host.read_line();
  if (host.wait() == 1) GTEST_SKIP() << "no seccomp filters on this system";
  EXPECT_EQ(ignored, "0000000000000000");
}

TEST_F(Initializers, UnblockedSignalsUnblockWhatTheCallerBlocks) {
  sigset_t mine, before;
  ::sigemptyset(&mine);
  ::sigaddset(&mine, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &mine, &before);
  const std::string without = output_of({kPuppetPath, "signals"});
  const std::string with = output_of({kPuppetPath, "signals"}, posix::UnblockedSignals());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(without.find("SigBlk:\t0000000000000000"), std::string::npos) << without;
  EXPECT_NE(with.find("SigBlk:\t0000000000000000"), std::string::npos) << with;
}

TEST_F(Initializers, NewSessionLeadsASessionWithoutATerminal) {
  EXPECT_EQ(output_of({kPuppetPath, "session"}, posix::NewSession()),
            "leads its session and group\nno terminal\n");
}

TEST_F(Initializers, NewSessionNamesSetsid) {
  // The leader of a session cannot make another one.
  expect_failure(launch({kPuppetPath}, posix::NewSession(), posix::NewSession()), "setsid", EPERM);
}

TEST_F(Initializers, ControllingTerminalNamesItsCall) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  expect_failure(launch({kPuppetPath}, posix::NewSession(), posix::ControllingTerminal{null.get()}),
                 "TIOCSCTTY", ENOTTY);
}

TEST_F(Initializers, BoundToHostEndsTheChildWithItsHost) {
  HelperProcess host([](const HelperProcess::Channel& channel) -> int {
    const auto outcome = launch({kPuppetPath, "ignore-term"}, posix::BoundToHost());
    channel.send(std::to_string(outcome.pid));
    for (;;) ::pause();
  });
  const ProcessWatch child(std::stoi(host.read_line()));
  EXPECT_TRUE(child.lives());
  host.kill();
  child.wait_gone();
}

TEST_F(Initializers, BoundToHostNamesPrctl) {
  EXPECT_STEP_WITHOUT(SYS_prctl, posix::BoundToHost(), "prctl");
}

// The cgroups themselves are in cgroup_test.cpp.
TEST_F(Initializers, InCgroupNamesTheCgroup) {
  const TemporaryDirectory directory;
  const UniqueFd fd(::open(directory.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  using posix::CgroupEntry;
  for (const auto entry : {CgroupEntry::create, CgroupEntry::create_or_move, CgroupEntry::move}) {
    const auto outcome = launch({kPuppetPath}, posix::InCgroup{fd.get(), entry});
    ASSERT_FALSE(outcome.ok());
    EXPECT_STREQ(outcome.failed_step, "cgroup");
  }
}

// Prints on how many CPUs the child may run, before it calls execve.
struct PrintsCpuCount {
  ESCHER_IN_CHILD posix::ErrorCode on_exec_setup(posix::DefaultLauncher&, const posix::Path&,
                                                 posix::CommandLine) const {
    using posix::address, posix::call;
    std::uint64_t cpus[64] = {};
    const long bytes = call(SYS_sched_getaffinity, 0, sizeof cpus, address(cpus));
    int count = 0;
    for (long i = 0; i < bytes / 8; ++i) count += __builtin_popcountll(cpus[i]);
    const char text[] = {count == 1 ? '1' : '*', '\n'};
    call(SYS_write, STDOUT_FILENO, address(text), sizeof text);
    return {};
  }
};

std::string allowed_cpus_in(const std::string& status) {
  const std::string label = "Cpus_allowed:";
  const auto found = status.find(label);
  if (found == std::string::npos) return status;
  return status.substr(found, status.find('\n', found) - found);
}

TEST_F(Initializers, OnLauncherCpuHoldsUntilExecveOnly) {
  const std::string before = allowed_cpus_in(content_of("/proc/thread-self/status"));
  posix::OnLauncherCpu on_launcher_cpu;
  const std::string text =
      output_of({"/bin/cat", "/proc/self/status"}, PrintsCpuCount(), on_launcher_cpu);
  EXPECT_EQ(text.substr(0, 2), "1\n");
  EXPECT_EQ(allowed_cpus_in(text), before);
}

TEST_F(Initializers, OnLauncherCpuGivesTheThreadItsCpusBack) {
  const std::string before = allowed_cpus_in(content_of("/proc/thread-self/status"));
  {
    posix::OnLauncherCpu on_launcher_cpu;
    EXPECT_FALSE(launch({"/nonexistent"}, on_launcher_cpu).ok());
  }
  EXPECT_EQ(allowed_cpus_in(content_of("/proc/thread-self/status")), before);
}

TEST_F(Initializers, OnLauncherCpuReportsNoError) {
  HelperProcess host([](const HelperProcess::Channel& channel) {
    if (!refuse_call({SYS_sched_setaffinity}, EPERM)) return 1;
    posix::OnLauncherCpu on_launcher_cpu;
    channel.send(step_and_error(launch({kPuppetPath, "exit", "0"}, on_launcher_cpu)));
    return 0;
  });
  const std::string line = host.read_line();
  host.wait();
  if (line.empty()) GTEST_SKIP() << "no seccomp filters on this system";
  EXPECT_EQ(line, "launched");
}

TEST_F(Initializers, StartDirIsTheWorkingDirectory) {
  EXPECT_EQ(output_of({kPuppetPath, "working-dir"}, v2::process_start_dir("/tmp")), "/tmp\n");
}

TEST_F(Initializers, StartDirNamesChdir) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  expect_failure(launch({kPuppetPath}, v2::process_start_dir(directory / "missing")), "chdir",
                 ENOENT);
  expect_failure(launch({kPuppetPath}, v2::process_start_dir(directory / "file")), "chdir",
                 ENOTDIR);
}

TEST_F(Initializers, StdioNamesDup2ForAClosedDescriptor) {
  constexpr int kClosed = 987;
  ASSERT_EQ(::fcntl(kClosed, F_GETFD), -1);
  v2::process_stdio stdio{kClosed, kClosed, kClosed};
  expect_failure(launch({kPuppetPath}, stdio), "dup2", EBADF);
}

TEST_F(Initializers, EnvironmentReplacesThatOfTheHost) {
  EXPECT_EQ(output_of({kPuppetPath, "environment"},
                      v2::process_environment(std::vector<std::string>{"A=1", "B="})),
            "A=1\nB=\n");
}

TEST_F(Initializers, CloseDescriptorsLeavesStdio) {
  // An ordinary execve would keep them: they are not close-on-exec.
  std::vector<UniqueFd> inheritable;
  for (const int minimum : {3, 20, 21, 300}) {
    inheritable.emplace_back(::fcntl(null_device.get(), F_DUPFD, minimum));
    ASSERT_TRUE(inheritable.back());
  }
  EXPECT_NE(output_of({kPuppetPath, "descriptors"}), "0\n1\n2\n");
  EXPECT_EQ(output_of({kPuppetPath, "descriptors"}, posix::CloseDescriptors()), "0\n1\n2\n");
}

TEST_F(Initializers, ExecuteDescriptorExecutesItsFileInPlaceOfThePath) {
  const UniqueFd program(::open(kPuppetPath, O_PATH | O_CLOEXEC));
  const posix::ExecuteDescriptor execute{program.get()};
  EXPECT_EQ(output_of({"/nowhere", "print", "from the descriptor", ""}, execute),
            "from the descriptor");
  EXPECT_EQ(output_of({"/nowhere", "descriptors"}, posix::CloseDescriptors(), execute),
            "0\n1\n2\n");
}

TEST_F(Initializers, ExecuteDescriptorLeavesThePathIfItFails) {
  EXPECT_EQ(output_of({kPuppetPath, "print", "from the path", ""}, posix::ExecuteDescriptor{987}),
            "from the path");
  expect_failure(launch({"/nowhere"}, posix::ExecuteDescriptor()), "execve", ENOENT);
}

TEST_F(Initializers, OpenFilesSetsTheSoftLimit) {
  EXPECT_EQ(output_of({kPuppetPath, "open-files-limit"}, posix::OpenFiles{77}), "77\n");
}

TEST_F(Initializers, OpenFilesNamesSetrlimit) {
  EXPECT_STEP_WITHOUT(SYS_prlimit64, posix::OpenFiles{77}, "setrlimit");
}

TEST_F(Initializers, ResourceLimitsLowerTheLimits) {
  posix::ResourceLimits limits;
  limits.add(RLIMIT_NOFILE, 66, 70);
  limits.add(RLIMIT_CORE, 0, 0);
  EXPECT_EQ(output_of({"/bin/sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -c"}, limits),
            "66\n70\n0\n");
}

TEST_F(Initializers, ResourceLimitsDoNotRaiseAHardLimit) {
  posix::ResourceLimits strict, wide;
  strict.add(RLIMIT_NOFILE, 66, 66);
  wide.add(RLIMIT_NOFILE, 100, 200);
  EXPECT_EQ(output_of({"/bin/sh", "-c", "ulimit -Sn; ulimit -Hn"}, strict, wide), "66\n66\n");
}

TEST_F(Initializers, ResourceLimitsNameSetrlimit) {
  posix::ResourceLimits limits;
  limits.add(12345, 1, 1);
  expect_failure(launch({kPuppetPath}, limits), "setrlimit", EINVAL);
}

TEST_F(Initializers, LimitMarkSetsALimitThatEveryUserCanRead) {
  const std::string limits =
      output_of({"/bin/cat", "/proc/self/limits"}, posix::LimitMark{1'000'001, 2'000'002});
  const std::string name = "Max realtime timeout";
  ASSERT_NE(limits.find(name), std::string::npos) << limits;
  std::istringstream row(limits.substr(limits.find(name) + name.size()));
  std::uint64_t soft = 0, hard = 0;
  row >> soft >> hard;
  EXPECT_EQ(soft, 1'000'001U);
  EXPECT_EQ(hard, 2'000'002U);
}

TEST_F(Initializers, LimitMarkThatIsRefusedIsLeftOut) {
  const std::string outcome = step_without(SYS_prlimit64, posix::LimitMark{1, 1});
  if (outcome.empty()) GTEST_SKIP() << "this system does not allow to filter calls";
  EXPECT_EQ(outcome, "launched");
}

TEST_F(Initializers, PrioritySetsTheNiceValue) {
  EXPECT_EQ(output_of({"/usr/bin/env", "nice"}, posix::Priority{11}), "11\n");
}

TEST_F(Initializers, PriorityNamesSetpriority) {
  EXPECT_STEP_WITHOUT(SYS_setpriority, posix::Priority{11}, "setpriority");
}

TEST_F(Initializers, FileModeMaskSetsTheUmask) {
  EXPECT_EQ(output_of({"/bin/sh", "-c", "umask"}, posix::FileModeMask{027}), "0027\n");
}

TEST_F(Initializers, GroupIdSetsTheGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root may change the group";
  EXPECT_EQ(output_of({"/usr/bin/env", "id", "-g"}, posix::GroupId{12'345}), "12345\n");
}

TEST_F(Initializers, GroupIdNamesSetgid) {
  EXPECT_STEP_WITHOUT(SYS_setgid, posix::GroupId{::getgid()}, "setgid");
}

TEST_F(Initializers, UserIdSetsTheUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: only root may change the user";
  EXPECT_EQ(output_of({"/usr/bin/env", "id", "-u"}, posix::UserId{12'345}), "12345\n");
}

TEST_F(Initializers, UserIdNamesSetuid) {
  EXPECT_STEP_WITHOUT(SYS_setuid, posix::UserId{::getuid()}, "setuid");
}

TEST_F(Initializers, SupplementaryGroupsThatCannotBeRemovedStay) {
  const std::string outcome = step_without(SYS_setgroups, posix::NoSupplementaryGroups());
  if (outcome.empty()) GTEST_SKIP() << "this system does not allow to filter calls";
  EXPECT_EQ(outcome, "launched");
}

TEST_F(Initializers, EmptyOptionalIsSkipped) {
  std::optional<posix::FileModeMask> none, mask(posix::FileModeMask{033});
  EXPECT_EQ(output_of({"/bin/sh", "-c", "umask"}, none, mask, none), "0033\n");
}

}  // namespace
}  // namespace escher::test
