// CloneLauncher: a launch succeeds, or it names the step that failed and leaves nothing behind. It
// is also a launcher of Boost.Process v2, for users of that library.
#include "process/linux/launch/clone_launcher.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <optional>

#include "output/file_fixtures.hpp"
#include "process/launcher_fixture.hpp"
#include "process/refused_calls.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

using posix::CloneLauncher;

class CloneLauncherTest : public LauncherTest {
 protected:
  posix::LaunchOutcome launch_file(const std::string& executable) const {
    v2::process_stdio stdio{null_device.get(), null_device.get(), null_device.get()};
    return launch({executable.c_str(), "exit", "7"}, stdio);
  }

  TemporaryDirectory directory;
};

TEST_F(CloneLauncherTest, ReturnsTheProcessAndItsPidfd) {
  const auto outcome = launch_file(kPuppetPath);
  ASSERT_TRUE(outcome.ok());
  ASSERT_TRUE(outcome.pidfd);
  EXPECT_NE(::fcntl(outcome.pidfd.get(), F_GETFD) & FD_CLOEXEC, 0);
  siginfo_t info = {};
  // P_PIDFD, which glibc has since 2.36.
  constexpr auto kPidfd = static_cast<idtype_t>(3);
  ASSERT_EQ(::waitid(kPidfd, static_cast<id_t>(outcome.pidfd.get()), &info, WEXITED), 0);
  EXPECT_EQ(info.si_pid, outcome.pid);
  EXPECT_EQ(info.si_status, 7);
}

TEST_F(CloneLauncherTest, NamesExecveForAMissingProgram) {
  expect_failure(launch_file(directory / "missing"), "execve", ENOENT);
}

TEST_F(CloneLauncherTest, NamesExecveForAFileWithoutPermission) {
  write_file(directory / "plain", "#!/bin/sh\n");
  ::chmod((directory / "plain").c_str(), 0600);
  expect_failure(launch_file(directory / "plain"), "execve", EACCES);
}

TEST_F(CloneLauncherTest, NamesExecveForADirectory) {
  expect_failure(launch_file(directory.path()), "execve", EACCES);
}

TEST_F(CloneLauncherTest, NamesExecveForAFileOfUnknownFormat) {
  write_file(directory / "text", "neither a program nor a script\n");
  ::chmod((directory / "text").c_str(), 0700);
  expect_failure(launch_file(directory / "text"), "execve", ENOEXEC);
}

TEST_F(CloneLauncherTest, NamesExecveForAScriptWithAMissingInterpreter) {
  write_file(directory / "script", "#!" + (directory / "missing") + "\n");
  ::chmod((directory / "script").c_str(), 0700);
  expect_failure(launch_file(directory / "script"), "execve", ENOENT);
}

TEST_F(CloneLauncherTest, NamesExecveForAFileInPlaceOfADirectory) {
  write_file(directory / "file", "");
  expect_failure(launch_file(directory / "file/program"), "execve", ENOTDIR);
}

TEST_F(CloneLauncherTest, FailureLeavesNeitherAZombieNorADescriptor) {
  launch_file(directory / "missing");
  const auto before = open_descriptors();
  v2::process_start_dir nowhere("/nowhere");
  for (int i = 0; i < 50; ++i) launch_file(directory / "missing");
  for (int i = 0; i < 50; ++i) launch({kPuppetPath}, nowhere);
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(CloneLauncherTest, RestoresTheSignalMaskOfTheCaller) {
  sigset_t mine, after;
  ::sigemptyset(&mine);
  ::sigaddset(&mine, SIGUSR2);
  ::pthread_sigmask(SIG_SETMASK, &mine, nullptr);
  launch_file(directory / "missing");
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < NSIG; ++signal) {
    EXPECT_EQ(::sigismember(&after, signal), signal == SIGUSR2 ? 1 : 0) << signal;
  }
  ::sigemptyset(&mine);
  ::pthread_sigmask(SIG_SETMASK, &mine, nullptr);
}

// ---- As a launcher of Boost.Process v2.

using Arguments = std::vector<std::string>;

class BoostProcess : public CloneLauncherTest {
 protected:
  // What the process prints to `read_end`; it is closed in the host.
  struct Output {
    Output() {
      int ends[2];
      if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
      read_end.reset(ends[0]);
      write_end.reset(ends[1]);
    }
    std::string text() {
      write_end.reset();
      return read_to_end(read_end.get());
    }
    UniqueFd read_end, write_end;
  };

  boost::asio::io_context context;
};

TEST_F(BoostProcess, WaitReturnsTheExitCode) {
  auto process = CloneLauncher()(context, kPuppetPath, Arguments{"exit", "7"});
  EXPECT_EQ(process.wait(), 7);
  EXPECT_EQ(process.exit_code(), 7);
}

TEST_F(BoostProcess, AsyncWaitCallsItsHandlerWithTheExitCode) {
#if defined(__linux__) && !defined(__GLIBC__)
  // The status that stands for a process that still runs, 0x7f, is a signal to WIFSIGNALED of musl.
  GTEST_SKIP() << "async_wait of Boost.Process 1.81 does not wait with musl";
#endif
  auto process = CloneLauncher()(context.get_executor(), kPuppetPath, Arguments{"exit", "9"});
  std::optional<int> code;
  process.async_wait([&](v2::error_code error, int exit_code) {
    EXPECT_FALSE(error);
    code = exit_code;
  });
  context.run();
  EXPECT_EQ(code, 9);
}

TEST_F(BoostProcess, CanLaunchAProcessWithAnAnyIoExecutor) {
  boost::asio::any_io_executor executor = context.get_executor();
  v2::process process = CloneLauncher()(executor, kPuppetPath, Arguments{"exit", "3"});
  EXPECT_EQ(process.wait(), 3);
}

TEST_F(BoostProcess, DestructorOfAProcessEndsIt) {
  pid_t pid = 0;
  {
    auto process = CloneLauncher()(context, kPuppetPath, Arguments{"sleep"});
    pid = process.id();
    EXPECT_TRUE(process.running());
  }
  EXPECT_EQ(state_of(pid), 0);
}

TEST_F(BoostProcess, FailureIsReportedByTheErrorCode) {
  CloneLauncher launcher;
  v2::error_code error;
  auto process = launcher(context, error, directory / "missing", Arguments{});
  EXPECT_EQ(error.value(), ENOENT);
  EXPECT_STREQ(launcher.failed_step(), "execve");
  EXPECT_FALSE(process.is_open());
  auto next = launcher(context, error, kPuppetPath, Arguments{"exit", "0"});
  EXPECT_FALSE(error);
  EXPECT_EQ(launcher.failed_step(), nullptr);
  EXPECT_EQ(next.wait(), 0);
}

TEST_F(BoostProcess, WithoutAnErrorCodeAFailureThrows) {
  try {
    CloneLauncher()(context, kPuppetPath, Arguments{}, v2::process_start_dir("/nowhere"));
    FAIL() << "the launch succeeded";
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
    EXPECT_NE(std::string(error.what()).find("chdir"), std::string::npos) << error.what();
  }
}

TEST_F(BoostProcess, StockInitializersApply) {
  Output output;
  auto process = CloneLauncher()(
      context, "/bin/sh", Arguments{"-c", "pwd; echo $A"}, v2::process_start_dir("/tmp"),
      v2::process_environment(Arguments{"A=stock"}),
      v2::process_stdio{null_device.get(), output.write_end.get(), null_device.get()});
  EXPECT_EQ(output.text(), "/tmp\nstock\n");
  EXPECT_EQ(process.wait(), 0);
}

TEST_F(BoostProcess, StdioMayBeAPipeOfAsio) {
  boost::asio::readable_pipe pipe(context);
  auto process = CloneLauncher()(context, kPuppetPath, Arguments{"print", "out", "err"},
                                 v2::process_stdio{nullptr, pipe, nullptr});
  std::string text;
  v2::error_code error;
  boost::asio::read(pipe, boost::asio::dynamic_buffer(text), error);
  EXPECT_EQ(error, boost::asio::error::eof);
  EXPECT_EQ(text, "out");
  EXPECT_EQ(process.wait(), 0);
}

TEST_F(BoostProcess, OwnInitializersApplyInALauncherOfTheLibrary) {
  Output output;
  v2::process_stdio stdio{null_device.get(), output.write_end.get(), null_device.get()};
  auto process =
      v2::posix::default_launcher()(context, "/bin/sh", Arguments{"-c", "umask; ps -o sid= -p $$"},
                                    stdio, posix::DefaultSignals(), posix::NewSession(),
                                    posix::FileModeMask{027}, posix::UnblockedSignals());
  const std::string text = output.text();
  EXPECT_EQ(text.substr(0, 5), "0027\n");
  EXPECT_EQ(std::stoi(text.substr(5)), process.id());
  EXPECT_EQ(process.wait(), 0);
}

TEST_F(BoostProcess, BoundLauncherAppliesItsInitializersEveryTime) {
  auto launcher = v2::bind_launcher(CloneLauncher(), posix::DefaultSignals(), posix::NewSession(),
                                    v2::process_start_dir("/tmp"));
  for (int i = 0; i < 2; ++i) {
    Output output;
    v2::process_stdio stdio{null_device.get(), output.write_end.get(), null_device.get()};
    auto process = launcher(context, "/bin/sh", Arguments{"-c", "pwd; ps -o sid= -p $$"}, stdio);
    const std::string text = output.text();
    EXPECT_EQ(text.substr(0, 5), "/tmp\n");
    EXPECT_EQ(std::stoi(text.substr(5)), process.id());
    EXPECT_EQ(process.wait(), 0);
  }
}

TEST_F(BoostProcess, InitializerIsUsedForOneLaunch) {
  CloneLauncher launcher;
  auto first = launcher(context, "/bin/sh", Arguments{"-c", "test -z \"$PATH\" -a \"$A\" = 1"},
                        v2::process_environment(Arguments{"A=1", "PATH="}));
  EXPECT_EQ(first.wait(), 0);
  auto second = launcher(context, "/bin/sh", Arguments{"-c", "test -z \"$A\" -a -n \"$PATH\""});
  EXPECT_EQ(second.wait(), 0);
}

// An initializer as a user of the library writes it.
struct Recorder {
  std::string& calls;
  int setup_error = 0;
  int exec_error = 0;
  pid_t pid = 0;

  static v2::error_code code(int value) {
    return value == 0 ? v2::error_code() : v2::error_code(value, boost::system::system_category());
  }

  v2::error_code on_setup(v2::posix::default_launcher&, const posix::Path&, const char* const*) {
    calls += "setup ";
    return code(setup_error);
  }
  v2::error_code on_exec_setup(v2::posix::default_launcher&, const posix::Path&,
                               const char* const*) {
    return code(exec_error);
  }
  void on_success(v2::posix::default_launcher& launcher, const posix::Path&, const char* const*) {
    calls += "success ";
    pid = launcher.pid;
  }
  void on_error(v2::posix::default_launcher&, const posix::Path&, const char* const*,
                const v2::error_code& error) {
    calls += "error " + std::to_string(error.value()) + ' ';
  }
  void on_exec_error(v2::posix::default_launcher&, const posix::Path&, const char* const*,
                     const v2::error_code& error) {
    calls += "exec error " + std::to_string(error.value()) + ' ';
  }
};

TEST_F(BoostProcess, HooksOfAnInitializerAreCalledInTheirOrder) {
  std::string calls;
  Recorder recorder{calls};
  auto process = CloneLauncher()(context, kPuppetPath, Arguments{"exit", "0"}, recorder);
  EXPECT_EQ(recorder.pid, process.id());
  EXPECT_EQ(process.wait(), 0);
  EXPECT_EQ(calls, "setup success ");
}

TEST_F(BoostProcess, ErrorOfOnSetupCreatesNoProcess) {
  std::string calls;
  CloneLauncher launcher;
  v2::error_code error;
  launcher(context, error, kPuppetPath, Arguments{"exit", "0"}, Recorder{calls, EDOM});
  EXPECT_EQ(error.value(), EDOM);
  EXPECT_STREQ(launcher.failed_step(), "on_setup");
  EXPECT_EQ(calls, "setup error " + std::to_string(EDOM) + ' ');
}

TEST_F(BoostProcess, ErrorOfOnExecSetupIsReportedByItsCode) {
  std::string calls;
  CloneLauncher launcher;
  v2::error_code error;
  launcher(context, error, kPuppetPath, Arguments{"exit", "0"}, Recorder{calls, 0, EDOM});
  EXPECT_EQ(error.value(), EDOM);
  EXPECT_STREQ(launcher.failed_step(), "on_exec_setup");
  const std::string number = std::to_string(EDOM) + ' ';
  EXPECT_EQ(calls, "setup exec error " + number + "error " + number);
}

// The child gets a descriptor as number 7, and closes all others.
struct KeepAsSeven {
  int fd;
  v2::error_code on_setup(v2::posix::default_launcher& launcher, const posix::Path&,
                          const char* const*) {
    launcher.fd_whitelist.push_back(7);
    return {};
  }
  v2::error_code on_exec_setup(v2::posix::default_launcher&, const posix::Path&,
                               const char* const*) {
    return ::dup2(fd, 7) < 0 ? v2::error_code(errno, boost::system::system_category())
                             : v2::error_code();
  }
};

class Whitelist : public BoostProcess {
 protected:
  // The descriptors of a child that keeps number 7, while the host has another inheritable one.
  std::string descriptors_of_child(CloneLauncher launcher = {}) {
    const UniqueFd inheritable(::fcntl(null_device.get(), F_DUPFD, 20));
    Output output;
    v2::process_stdio stdio{null_device.get(), output.write_end.get(), null_device.get()};
    boost::asio::io_context own_context;  // a helper process must not use that of the test
    auto process = launcher(own_context, kPuppetPath, Arguments{"descriptors"}, stdio,
                            KeepAsSeven{null_device.get()});
    whitelist_after = launcher.fd_whitelist;
    std::string text = output.text();
    process.wait();
    return text;
  }

  std::vector<int> whitelist_after;
};

TEST_F(Whitelist, ItsDescriptorsStayOpenAndOthersDoNot) {
  EXPECT_EQ(descriptors_of_child(), "0\n1\n2\n7\n");
}

TEST_F(Whitelist, ItsDescriptorsStayOpenWithoutCloseRange) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    if (!refuse_call({SYS_close_range}, ENOSYS)) return 1;
    const std::string text = descriptors_of_child();
    channel.send(text == "0\n1\n2\n7\n" ? "kept" : text);
    return 0;
  });
  const std::string line = host.read_line();
  if (host.wait() == 1) GTEST_SKIP() << "no seccomp filters on this system";
  EXPECT_EQ(line, "kept");
}

TEST_F(Whitelist, AddedDescriptorsAreForOneLaunch) {
  CloneLauncher launcher;
  launcher.fd_whitelist.push_back(9);
  descriptors_of_child(launcher);
  EXPECT_EQ(whitelist_after, launcher.fd_whitelist);
}

}  // namespace
}  // namespace escher::test
