// Cgroup and EngineCgroups, in a mount of cgroup v2 that only the test sees.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "process/engine_cgroups.hpp"
#include "process/free_descriptors.hpp"
#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/process_table.hpp"
#include "process/refused_calls.hpp"
#include "support/cgroup_host.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

const char* const kEscaper = "(env -i setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &)";

ResolvedCommand shell_command(const std::string& text) {
  return {"/bin/sh", {"sh", "-c", text}, own_environment()};
}

std::string group_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

// A rig with the control groups of an engine.
struct CgroupRig : Rig {
  CgroupRig() { groups.ensure(); }

  LaunchOptions options() {
    LaunchOptions options;
    options.cgroups = &groups;
    return options;
  }
  LaunchedCommand launch_shell(const std::string& text, const LaunchOptions& options) {
    auto launched = launch(strand, shell_command(text), options);
    if (!launched) throw std::runtime_error(launched.error().message);
    return std::move(*launched);
  }
  LaunchedCommand launch_shell(const std::string& text) { return launch_shell(text, options()); }
  std::string path_of_next() { return groups.acquire()->path(); }

  EngineCgroups groups{"engine"};
};

// The result of `body` in a host with its own control groups.
std::string result_of(const std::function<std::string(CgroupRig&)>& body) {
  CgroupHost host(CgroupHost::Groups::own, [&](const HelperProcess::Channel& channel) {
    CgroupRig rig;
    channel.send(body(rig));
  });
  return host.is_ready() ? host.read_line() : "not root";
}

#define EXPECT_RESULT(expected, ...)                                             \
  do {                                                                           \
    const std::string result = result_of(__VA_ARGS__);                           \
    if (result == "not root") GTEST_SKIP() << "mounting a cgroup v2 needs root"; \
    EXPECT_EQ(result, expected);                                                 \
  } while (false)

TEST(CgroupTest, ContainsTheCommandAndAllDescendants) {
  EXPECT_RESULT("both -9 empty", [](CgroupRig& rig) {
    auto command = rig.launch_shell(std::string(kEscaper) + "; exec sleep 1000");
    const int escaper = std::stoi(rig.read_line(command.out, std::make_shared<Collector>()));
    const ProcessWatch watch(escaper);
    std::vector<TreeMember> members;
    command.cgroup->add_members(0, members);
    std::set<int> found;
    for (const TreeMember& member : members) found.insert(member.pid);
    const bool both = found == std::set<int>{escaper, command.process.pid()};
    command.cgroup->kill(0);
    const auto ended = rig.wait_and_reap(command.process);
    watch.wait_gone();
    look_until("an empty group", [&] { return command.cgroup->is_empty(0); });
    return std::string(both ? "both" : "not both") + " -" +
           std::to_string(ended.status.signal.value_or(0)) + " empty";
  });
}

TEST(CgroupTest, IncludesTheMembersOfGroupsBelow) {
  EXPECT_RESULT("1", [](CgroupRig& rig) {
    auto command = rig.launch_shell("exec sleep 1000");
    const std::string below = command.cgroup->path() + "/below";
    ::mkdir(below.c_str(), 0700);
    std::ofstream(below + "/cgroup.procs") << command.process.pid();
    std::vector<TreeMember> members;
    command.cgroup->add_members(0, members);
    // The second call adds no process twice.
    command.cgroup->add_members(0, members);
    command.cgroup->kill(0);
    rig.wait_and_reap(command.process);
    return std::to_string(members.size());
  });
}

TEST(CgroupTest, EmptyGroupIsUsedAgain) {
  EXPECT_RESULT("the same", [](CgroupRig& rig) {
    auto command = rig.launch_shell("exit 0");
    const std::string first = command.cgroup->path();
    rig.wait_and_reap(command.process);
    look_until("an empty group", [&] { return command.cgroup->is_empty(0); });
    command.cgroup.reset();
    return std::string(rig.path_of_next() == first ? "the same" : "another");
  });
}

TEST(CgroupTest, GroupWithALeftoverProcessIsNotUsedAgain) {
  EXPECT_RESULT("another, removed with the last process", [](CgroupRig& rig) {
    auto command = rig.launch_shell(kEscaper);
    const ProcessWatch left(std::stoi(rig.read_line(command.out, std::make_shared<Collector>())));
    const std::string first = command.cgroup->path();
    rig.wait_and_reap(command.process);
    command.cgroup.reset();
    if (rig.path_of_next() == first || !rig.groups.has_leftovers()) return "the same";
    rig.groups.kill_leftovers();
    left.wait_gone();
    look_until("the end of the leftovers", [&] { return !rig.groups.has_leftovers(); });
    rig.path_of_next();
    return std::filesystem::exists(first) ? "another, not removed"
                                          : "another, removed with the last process";
  });
}

TEST(CgroupTest, IsRemovedWithTheGroupsBelow) {
  EXPECT_RESULT("removed", [](CgroupRig& rig) {
    auto group = rig.groups.acquire();
    const std::string first = group->path();
    std::filesystem::create_directories(first + "/below/further");
    group.reset();
    return std::string(std::filesystem::exists(first) ? "not removed" : "removed");
  });
}

TEST(CgroupTest, RemovedGroupIsCreatedAgain) {
  EXPECT_RESULT("in a new group", [](CgroupRig& rig) {
    ::rmdir(rig.path_of_next().c_str());
    ::rmdir(rig.groups.path().c_str());
    auto command = rig.launch_shell("exec sleep 1000");
    const bool inside =
        command.cgroup &&
        group_of(command.process.pid()).find("escher-engine-engine/") != std::string::npos;
    command.process.signal_group(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(inside ? "in a new group" : "outside");
  });
}

TEST(CgroupTest, LaunchFallsBackToTheGroupOfTheHost) {
  EXPECT_RESULT("in the group of the host", [](CgroupRig& rig) {
    // A sibling of a threaded group cannot contain processes.
    const auto threaded = rig.groups.acquire();
    posix::write_cgroup_file(threaded->path() + "/cgroup.type", "threaded");
    auto command = rig.launch_shell("exec sleep 1000");
    const bool outside = !command.cgroup && group_of(command.process.pid()) == group_of(::getpid());
    command.process.signal_group(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(outside ? "in the group of the host" : "inside");
  });
}

// Launches with one more free descriptor each time, so that each descriptor is missing once.
// Returns where the first successful launch runs, or the first error other than EMFILE.
template <typename Launch>
std::string launch_with_increasing_descriptors(CgroupRig& rig, Launch launch_with) {
  rig.run_puppet({"exit", "0"});  // opens the descriptors that the process keeps
  for (int free = 0;; ++free) {
    auto attempt = launch_with(free);
    if (attempt) {
      rig.wait_and_reap(attempt->process);
      return attempt->cgroup ? "in a group" : "in no group";
    }
    if (attempt.error().os_error != EMFILE) return attempt.error().message;
  }
}

std::set<std::string> groups_below(const std::string& path) {
  std::set<std::string> groups;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (entry.is_directory()) groups.insert(entry.path());
  }
  return groups;
}

TEST(CgroupTest, LaunchWithoutDescriptorsFailsInsteadOfUsingNoGroup) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_RESULT("in a group, no more of them", [](CgroupRig& rig) {
    {
      const auto one = rig.groups.acquire();
      const auto other = rig.groups.acquire();
    }
    const auto before = groups_below(rig.groups.path());
    const std::string where = launch_with_increasing_descriptors(rig, [&](int free) {
      const FreeDescriptors few(free);
      return launch(rig.strand, shell_command("exit 0"), rig.options());
    });
    // One whose files cannot be read is replaced.
    const bool are_more = groups_below(rig.groups.path()).size() > before.size();
    return where + (are_more ? ", more of them" : ", no more of them");
  });
}

TEST(CgroupTest, GroupThatCannotBeOpenedIsRemoved) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_RESULT("EMFILE, none left", [](CgroupRig& rig) {
    const auto one = rig.groups.acquire();  // the only one that was ready
    const auto before = groups_below(rig.groups.path());
    bool is_exhausted = false;
    {
      const FreeDescriptors none(0);
      is_exhausted = !rig.groups.acquire() && errno == EMFILE;
    }
    const bool left = groups_below(rig.groups.path()) != before;
    return std::string(is_exhausted ? "EMFILE" : "another error") +
           (left ? ", one left" : ", none left");
  });
}

// False: no seccomp filters on this system.
bool refuse_to_open_entrances() {
  constexpr std::uint32_t kFlags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  if (!refuse_call(KernelCall{SYS_openat, 2, kFlags}, EMFILE)) return false;
#if defined(SYS_open)
  // That is the call of musl.
  return refuse_call(KernelCall{SYS_open, 1, kFlags | O_LARGEFILE}, EMFILE);
#else
  return true;
#endif
}

// The exhaustion is transient, so the launch is retried instead of continuing without a group.
TEST(CgroupTest, LaunchWithoutADescriptorForTheGroupFails) {
  EXPECT_RESULT("EMFILE", [](CgroupRig& rig) {
    // The one of the check, which is open.
    const auto taken = rig.options().cgroups->acquire();
    if (!refuse_to_open_entrances()) return std::string("EMFILE");
    auto attempt = launch(rig.strand, shell_command("exit 0"), rig.options());
    if (!attempt) {
      return std::string(attempt.error().os_error == EMFILE ? "EMFILE" : "another error");
    }
    rig.wait_and_reap(attempt->process);
    return std::string("launched");
  });
}

TEST(CgroupTest, GroupThatIsUsedAgainNeedsNoDescriptor) {
  EXPECT_RESULT("launched", [](CgroupRig& rig) {
    if (!refuse_to_open_entrances()) return std::string("launched");
    auto attempt = launch(rig.strand, shell_command("exit 0"), rig.options());
    if (!attempt) return attempt.error().message;
    rig.wait_and_reap(attempt->process);
    return std::string("launched");
  });
}

// The first launch checks once whether control groups can be used.
TEST(CgroupTest, CheckIsRepeatedIfItRanOutOfDescriptors) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_RESULT("in a group, check repeated", [](CgroupRig& rig) {
    bool without = false;
    const std::string where = launch_with_increasing_descriptors(rig, [&](int free) {
      EngineCgroups groups("check" + std::to_string(free));
      auto options = rig.options();
      options.cgroups = &groups;
      auto attempt = [&] {
        const FreeDescriptors few(free);
        groups.ensure();
        return launch(rig.strand, shell_command("exit 0"), options);
      }();
      groups.ensure();
      without = without || !groups.acquire();
      return attempt;
    });
    return where + (without ? ", check not repeated" : ", check repeated");
  });
}

TEST(CgroupTest, GroupThatOutlivesTheHostIsOutsideThatOfTheEngine) {
  EXPECT_RESULT("beside, alive", [](CgroupRig& rig) {
    auto options = rig.options();
    options.cgroup_limits = CgroupLimits{};
    options.outlives_host = true;
    auto command = rig.launch_shell("exec sleep 1000", options);
    const bool beside = std::filesystem::path(command.cgroup->path()).parent_path() ==
                        std::filesystem::path(rig.groups.path()).parent_path();
    command.cgroup.reset();
    rig.groups.kill_leftovers();
    const bool lives = !rig.groups.has_leftovers() && ProcessWatch(command.process.pid()).lives();
    command.process.signal_group(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(beside ? "beside" : "inside") + (lives ? ", alive" : ", ended");
  });
}

TEST(CgroupTest, CommandWithoutLimitsThatOutlivesTheHostHasNoGroup) {
  EXPECT_RESULT("none", [](CgroupRig& rig) {
    auto options = rig.options();
    options.outlives_host = true;
    auto command = rig.launch_shell("exit 0", options);
    rig.wait_and_reap(command.process);
    return std::string(command.cgroup ? "a group" : "none");
  });
}

// On a machine that also has cgroup v1, the controllers can belong to v1.
TEST(CgroupTest, UnsupportedLimitIsRejected) {
  const std::string result = result_of([](CgroupRig& rig) {
    const auto group = rig.groups.acquire_limited({std::uint64_t{1} << 30, 10}, false);
    if (group) return std::string("supported");
    return std::string(group.error().syscall) + ": " + group.error().message;
  });
  if (result == "not root") GTEST_SKIP() << "mounting a cgroup v2 needs root";
  if (result == "supported") GTEST_SKIP() << "the controllers can be enabled here";
  EXPECT_THAT(result, testing::StartsWith("cgroup: "));
  EXPECT_THAT(result, testing::HasSubstr("'memory'"));
}

TEST(CgroupTest, SweepKillsOnlyTheProcessesOfDeadHosts) {
  EXPECT_RESULT("only of the dead host", [](CgroupRig& rig) {
    auto mine = rig.launch_shell("exec sleep 1000");
    HelperProcess other([](const HelperProcess::Channel& channel) {
      CgroupRig other_rig;
      EngineCgroups groups("other");
      groups.ensure();
      LaunchOptions options;
      options.cgroups = &groups;
      auto command = other_rig.launch_shell(kEscaper, options);
      channel.send(other_rig.read_line(command.out, std::make_shared<Collector>()));
      ::pause();
      return 0;
    });
    const ProcessWatch escaper(std::stoi(other.read_line()));
    EngineCgroups::sweep();
    const bool too_soon = !escaper.lives();
    other.kill();
    other.wait();
    EngineCgroups::sweep();
    escaper.wait_gone();
    const bool lives = ProcessWatch(mine.process.pid()).lives();
    look_until("the removal", [] {
      EngineCgroups::sweep();
      return !std::filesystem::exists(CgroupHost::own() + "/escher-engine-other");
    });
    mine.process.signal_group(SIGKILL);
    rig.wait_and_reap(mine.process);
    return std::string(lives && !too_soon ? "only of the dead host" : "of a live host");
  });
}

TEST(CgroupTest, GroupsAreRemovedWithTheEngine) {
  EXPECT_RESULT("removed", [](CgroupRig& rig) {
    std::string path;
    {
      EngineCgroups groups("short");
      groups.ensure();
      path = groups.path();
      auto one = groups.acquire();
      auto other = groups.acquire();
    }
    rig.run_ready();
    return std::string(std::filesystem::exists(path) ? "not removed" : "removed");
  });
}

TEST(CgroupTest, SweepLeavesAnOlderProcessAlone) {
  EXPECT_RESULT("lives", [](CgroupRig& rig) {
    auto older = rig.launch_shell("exec sleep 1000");
    const pid_t pid = older.process.pid();
    look_until("a later tick", [&] { return current_tick() > start_time_of(pid); });
    const std::string group = CgroupHost::own() + "/escher-engine-other";
    {
      HelperProcess other([](const HelperProcess::Channel& channel) {
        EngineCgroups groups("other");
        groups.ensure();
        channel.send("ready");
        ::pause();
        return 0;
      });
      other.read_line();
      other.kill();
      other.wait();
    }
    ::mkdir((group + "/1").c_str(), 0700);
    posix::write_cgroup_file(group + "/1/cgroup.procs", std::to_string(pid));
    EngineCgroups::sweep();
    // A kill would have been sent by now, and comes before this signal.
    older.process.signal_group(SIGTERM);
    return std::string(rig.wait_and_reap(older.process).status.signal == SIGTERM ? "lives"
                                                                                 : "was killed");
  });
}

}  // namespace
}  // namespace escher::test
