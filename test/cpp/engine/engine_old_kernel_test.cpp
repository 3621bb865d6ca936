// The engine on older kernels, which a seccomp filter imitates by rejecting newer system calls.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <csignal>
#include <cstddef>
#include <cstring>

#include "process/free_descriptors.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"
#include "support/pattern.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

constexpr unsigned kClonePidfd = 0x1000;

constexpr sock_filter statement(unsigned code, unsigned value) {
  return {static_cast<__u16>(code), 0, 0, value};
}
constexpr sock_filter jump(unsigned code, unsigned value, unsigned if_true, unsigned if_false) {
  return {static_cast<__u16>(code), static_cast<__u8>(if_true), static_cast<__u8>(if_false), value};
}
constexpr sock_filter refuse(int error) {
  return statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error));
}

// Disables pidfds, close_range and clone3 in this process.
bool pretend_old_kernel() {
  constexpr unsigned kEqual = BPF_JMP | BPF_JEQ | BPF_K;
  sock_filter filter[] = {
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      jump(kEqual, SYS_clone3, 3, 0),
      jump(kEqual, SYS_close_range, 2, 0),
      jump(kEqual, SYS_pidfd_open, 1, 0),
      jump(kEqual, SYS_pidfd_send_signal, 0, 1),
      refuse(ENOSYS),
      jump(kEqual, SYS_clone, 0, 3),
      // The flags are the first argument. Its lower half comes first (little endian).
      statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      jump(BPF_JMP | BPF_JSET | BPF_K, kClonePidfd, 0, 1),
      refuse(EINVAL),
      statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof filter / sizeof filter[0], filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Opens descriptors that any child would inherit. They have free numbers between the descriptors of
// the engine.
void open_inheritable_descriptors() {
  for (int fd = 5; fd < 400; fd += 3) ::fcntl(2, F_DUPFD, fd);
}

class EngineOnAnOldKernel : public EngineTest {
 protected:
  // Runs `body` in a helper process with an engine on such a kernel. Expects it to return "done".
  template <typename Body>
  void expect_done(Body body) {
    HelperProcess host([&](const HelperProcess::Channel& channel) {
      if (!pretend_old_kernel()) {
        channel.send("unsupported");
        return 0;
      }
      start();
      channel.send(body());
      engine->abort(kHangGuard);
      engine->join();
      return 0;
    });
    const std::string line = host.read_line();
    EXPECT_EQ(host.wait(), 0);
    if (line == "unsupported") GTEST_SKIP() << "no seccomp filters on this system";
    EXPECT_EQ(line, "done");
  }
};

TEST_F(EngineOnAnOldKernel, RunsAndReapsCommands) {
  expect_done([this]() -> std::string {
    for (int i = 0; i < 20; ++i) {
      if (run(puppet({"exit", std::to_string(i)}))->exit.code != i) return "a wrong code";
    }
    const auto failed = run(command_request(ExecCommand{"/", {}}));
    if (failed->error->os_error != EACCES) return "a wrong error";
    return own_children().empty() ? "done" : "a child is left";
  });
}

TEST_F(EngineOnAnOldKernel, ChildInheritsOnlyStdio) {
  expect_done([this]() -> std::string {
    open_inheritable_descriptors();
    const auto job = submit(puppet({"descriptors"}));
    wait_finished(job);
    return kept(job) == "0\n1\n2\n" ? "done" : kept(job);
  });
}

// The child opens a directory to find the descriptors to close.
TEST_F(EngineOnAnOldKernel, ChildWithALowLimitOfOpenFilesInheritsOnlyStdio) {
  expect_done([this]() -> std::string {
    open_inheritable_descriptors();
    auto request = puppet({"descriptors"});
    request.limits.open_files = 4;
    const auto job = submit(std::move(request));
    wait_finished(job);
    return kept(job) == "0\n1\n2\n" ? "done" : "has:\n" + kept(job);
  });
}

TEST_F(EngineOnAnOldKernel, ChildOfAHostWithoutFreeDescriptorsInheritsOnlyStdio) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  expect_done([]() -> std::string {
    open_inheritable_descriptors();
    Rig rig;
    rig.run_puppet({"exit", "0"});  // opens the descriptors that the process keeps
    for (int free = 0;; ++free) {
      auto attempt = [&] {
        const FreeDescriptors few(free);
        return launch(rig.strand, puppet_command({"descriptors"}), {});
      }();
      if (!attempt) continue;
      const auto collector = std::make_shared<Collector>();
      rig.read_all(*attempt, collector);
      rig.wait_and_reap(attempt->process);
      return collector->text[0] == "0\n1\n2\n" ? "done" : "has:\n" + collector->text[0];
    }
  });
}

TEST_F(EngineOnAnOldKernel, CancelEndsTheTree) {
  expect_done([this]() -> std::string {
    auto request = puppet({"stubborn-member"});
    request.force_kill_after = Millis(50);
    const auto job = submit(std::move(request));
    const pid_t member = wait_pid(job);
    cancel(job);
    const auto result = wait_finished(job);
    if (result->exit.signal != SIGTERM) return "the signal did not end the leader";
    look_until("the end of the member", [&] {
      const char state = state_of(member);
      return state == 0 || state == 'Z';
    });
    return "done";
  });
}

TEST_F(EngineOnAnOldKernel, HeldPipeLosesNoOutput) {
  config.drain_grace = Millis(50);
  expect_done([this]() -> std::string {
    const auto job = submit(puppet({"hold-pipe", "65536"}));
    const pid_t grandchild = wait_pid(job, Stream::err);
    const auto result = wait_finished(job);
    ::kill(grandchild, SIGKILL);
    return kept(job) == pattern(65'536) && result->output_incomplete ? "done" : "output is lost";
  });
}

}  // namespace
}  // namespace escher::test
