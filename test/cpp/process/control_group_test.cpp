// ControlGroup and ControlGroups, in a cgroup v2 of the test's own.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "process/control_groups.hpp"
#include "process/free_descriptors.hpp"
#include "process/posix/control_group_files_linux.hpp"
#include "process/process_table.hpp"
#include "process/refused_calls.hpp"
#include "support/group_host.hpp"
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

// A rig with the groups of an engine.
struct GroupRig : Rig {
  GroupRig() { groups.ensure(); }

  LaunchOptions options() {
    LaunchOptions options;
    options.groups = &groups;
    return options;
  }
  LaunchedCommand launch_shell(const std::string& text, const LaunchOptions& options) {
    auto launched = launch(strand, shell_command(text), options);
    if (!launched) throw std::runtime_error(launched.error().message);
    return std::move(*launched);
  }
  LaunchedCommand launch_shell(const std::string& text) { return launch_shell(text, options()); }
  std::string path_of_next() { return groups.lend()->path(); }

  ControlGroups groups{"engine"};
};

// What `story` says in such a host.
std::string told_by(const std::function<std::string(GroupRig&)>& story) {
  GroupHost host(GroupHost::Groups::own, [&](const HelperProcess::Channel& channel) {
    GroupRig rig;
    channel.tell(story(rig));
  });
  return host.is_there() ? host.read_line() : "not root";
}

#define EXPECT_TOLD(expected, ...)                                           \
  do {                                                                       \
    const std::string told = told_by(__VA_ARGS__);                           \
    if (told == "not root") GTEST_SKIP() << "a mount of its own needs root"; \
    EXPECT_EQ(told, expected);                                               \
  } while (false)

TEST(ControlGroupTest, HoldsWhoeverWasLaunchedIntoItWithAllDescendants) {
  EXPECT_TOLD("both -9 empty", [](GroupRig& rig) {
    auto command = rig.launch_shell(std::string(kEscaper) + "; exec sleep 1000");
    const int escaper = std::stoi(rig.read_line(command.out, std::make_shared<Collector>()));
    const ProcessWatch watch(escaper);
    std::vector<TreeMember> members;
    command.group->add_members(members);
    std::set<int> found;
    for (const TreeMember& member : members) found.insert(member.pid);
    const bool both = found == std::set<int>{escaper, command.process.pid()};
    command.group->kill();
    const auto ended = rig.wait_and_reap(command.process);
    watch.wait_gone();
    look_until("an empty group", [&] { return command.group->is_empty(); });
    return std::string(both ? "both" : "not both") + " -" +
           std::to_string(ended.status.signal.value_or(0)) + " empty";
  });
}

TEST(ControlGroupTest, MembersOfGroupsBelowAreMembers) {
  EXPECT_TOLD("1", [](GroupRig& rig) {
    auto command = rig.launch_shell("exec sleep 1000");
    const std::string below = command.group->path() + "/below";
    ::mkdir(below.c_str(), 0700);
    std::ofstream(below + "/cgroup.procs") << command.process.pid();
    std::vector<TreeMember> members;
    command.group->add_members(members);
    // Nobody twice.
    command.group->add_members(members);
    command.group->kill();
    rig.wait_and_reap(command.process);
    return std::to_string(members.size());
  });
}

TEST(ControlGroupTest, OneThatIsEmptyServesAgain) {
  EXPECT_TOLD("the same", [](GroupRig& rig) {
    auto command = rig.launch_shell("exit 0");
    const std::string first = command.group->path();
    rig.wait_and_reap(command.process);
    look_until("an empty group", [&] { return command.group->is_empty(); });
    command.group.reset();
    return std::string(rig.path_of_next() == first ? "the same" : "another");
  });
}

TEST(ControlGroupTest, OneInWhichSomebodyLivesServesNobodyElse) {
  EXPECT_TOLD("another, removed with the last one", [](GroupRig& rig) {
    auto command = rig.launch_shell(kEscaper);
    const ProcessWatch left(std::stoi(rig.read_line(command.out, std::make_shared<Collector>())));
    const std::string first = command.group->path();
    rig.wait_and_reap(command.process);
    command.group.reset();
    if (rig.path_of_next() == first || !rig.groups.anybody_left_behind()) return "the same";
    rig.groups.kill_left_behind();
    left.wait_gone();
    look_until("nobody there", [&] { return !rig.groups.anybody_left_behind(); });
    rig.path_of_next();
    return std::filesystem::exists(first) ? "another, still there"
                                          : "another, removed with the last one";
  });
}

// A command can do that to its own group: whoever is launched into it would never run.
TEST(ControlGroupTest, OneThatIsFrozenServesNobodyElse) {
  EXPECT_TOLD("another", [](GroupRig& rig) {
    auto group = rig.groups.lend();
    const std::string first = group->path();
    posix::write_group_file(first + "/cgroup.freeze", "1");
    group.reset();
    return std::string(rig.path_of_next() == first ? "the same" : "another");
  });
}

TEST(ControlGroupTest, OneWithGroupsBelowIsRemovedWithThem) {
  EXPECT_TOLD("removed", [](GroupRig& rig) {
    auto group = rig.groups.lend();
    const std::string first = group->path();
    std::filesystem::create_directories(first + "/below/further");
    group.reset();
    return std::string(std::filesystem::exists(first) ? "there" : "removed");
  });
}

TEST(ControlGroupTest, ThatSomebodyRemovedIsMadeAgain) {
  EXPECT_TOLD("in the next one", [](GroupRig& rig) {
    ::rmdir(rig.path_of_next().c_str());
    ::rmdir(rig.groups.path().c_str());
    auto command = rig.launch_shell("exec sleep 1000");
    const bool inside =
        command.group &&
        group_of(command.process.pid()).find("escher-engine-engine/") != std::string::npos;
    command.process.signal_tree(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(inside ? "in the next one" : "nowhere");
  });
}

TEST(ControlGroupTest, ThatTakesNobodyIsGoneWithout) {
  EXPECT_TOLD("in the host's", [](GroupRig& rig) {
    // Beside a threaded group every other one is no valid domain.
    const auto threaded = rig.groups.lend();
    posix::write_group_file(threaded->path() + "/cgroup.type", "threaded");
    auto command = rig.launch_shell("exec sleep 1000");
    const bool outside = !command.group && group_of(command.process.pid()) == group_of(::getpid());
    command.process.signal_tree(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(outside ? "in the host's" : "inside");
  });
}

// One more descriptor each time, so that each in its turn is the one that is missing. Where the
// first one runs that can be launched, or why there is none.
template <typename Launch>
std::string launch_with_more_and_more(GroupRig& rig, Launch launch_with) {
  rig.run_puppet({"exit", "0"});  // what is opened once is open then
  for (int free = 0;; ++free) {
    auto attempt = launch_with(free);
    if (attempt) {
      rig.wait_and_reap(attempt->process);
      return attempt->group ? "in a group" : "in none";
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

TEST(ControlGroupTest, WithoutDescriptorsALaunchFailsAndIsNotMadeElsewhere) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_TOLD("in a group, no more than before", [](GroupRig& rig) {
    {
      const auto one = rig.groups.lend();
      const auto other = rig.groups.lend();
    }
    const auto before = groups_below(rig.groups.path());
    const std::string where = launch_with_more_and_more(rig, [&](int free) {
      const FreeDescriptors few(free);
      return launch(rig.strand, shell_command("exit 0"), rig.options());
    });
    return where + (groups_below(rig.groups.path()) == before ? ", no more than before" : ", more");
  });
}

TEST(ControlGroupTest, OneThatIsMadeAndCannotBeOpenedIsTakenAway) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_TOLD("EMFILE, none left", [](GroupRig& rig) {
    const auto one = rig.groups.lend();  // the only one that was ready
    const auto before = groups_below(rig.groups.path());
    bool lacks = false;
    {
      const FreeDescriptors none(0);
      lacks = !rig.groups.lend() && errno == EMFILE;
    }
    const bool left = groups_below(rig.groups.path()) != before;
    return std::string(lacks ? "EMFILE" : "another error") + (left ? ", one left" : ", none left");
  });
}

// What is missing for the entrance may be there again a moment later.
TEST(ControlGroupTest, WithoutADescriptorForTheGroupAloneALaunchFailsToo) {
  EXPECT_TOLD("EMFILE", [](GroupRig& rig) {
    constexpr KernelCall kOpenEntrance{SYS_openat, 2, O_PATH | O_DIRECTORY | O_CLOEXEC};
    if (!refuse_call(kOpenEntrance, EMFILE)) return std::string("EMFILE");
    auto attempt = launch(rig.strand, shell_command("exit 0"), rig.options());
    if (!attempt) {
      return std::string(attempt.error().os_error == EMFILE ? "EMFILE" : "another error");
    }
    rig.wait_and_reap(attempt->process);
    return std::string("launched");
  });
}

// The first launch looks for groups, once.
TEST(ControlGroupTest, AreLookedForAgainIfDescriptorsWereMissingForTheLook) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  EXPECT_TOLD("in a group, none without", [](GroupRig& rig) {
    bool without = false;
    const std::string where = launch_with_more_and_more(rig, [&](int free) {
      ControlGroups groups("look" + std::to_string(free));
      auto options = rig.options();
      options.groups = &groups;
      auto attempt = [&] {
        const FreeDescriptors few(free);
        groups.ensure();
        return launch(rig.strand, shell_command("exit 0"), options);
      }();
      groups.ensure();
      without = without || !groups.lend();
      return attempt;
    });
    return where + (without ? ", some without" : ", none without");
  });
}

TEST(ControlGroupTest, OneThatOutlivesTheHostIsNotInTheEngines) {
  EXPECT_TOLD("beside, lives", [](GroupRig& rig) {
    auto options = rig.options();
    options.group_limits = GroupLimits{};
    options.outlives_host = true;
    auto command = rig.launch_shell("exec sleep 1000", options);
    const bool beside = std::filesystem::path(command.group->path()).parent_path() ==
                        std::filesystem::path(rig.groups.path()).parent_path();
    command.group.reset();
    rig.groups.kill_left_behind();
    const bool lives =
        !rig.groups.anybody_left_behind() && ProcessWatch(command.process.pid()).lives();
    command.process.signal_tree(SIGKILL);
    rig.wait_and_reap(command.process);
    return std::string(beside ? "beside" : "inside") + (lives ? ", lives" : ", ended");
  });
}

TEST(ControlGroupTest, WithoutLimitsWhoOutlivesTheHostHasNone) {
  EXPECT_TOLD("none", [](GroupRig& rig) {
    auto options = rig.options();
    options.outlives_host = true;
    auto command = rig.launch_shell("exit 0", options);
    rig.wait_and_reap(command.process);
    return std::string(command.group ? "one" : "none");
  });
}

// Its controllers belong to other hierarchies on a machine that has cgroup v1 too.
TEST(ControlGroupTest, ALimitThatCannotBeIsRefusedAndNotIgnored) {
  const std::string told = told_by([](GroupRig& rig) {
    const auto group = rig.groups.make_limited({std::uint64_t{1} << 30, 10}, false);
    if (group) return std::string("can be");
    return std::string(group.error().syscall) + ": " + group.error().message;
  });
  if (told == "not root") GTEST_SKIP() << "a mount of its own needs root";
  if (told == "can be") GTEST_SKIP() << "this machine hands on the controllers";
  EXPECT_THAT(told, testing::StartsWith("cgroup: "));
  EXPECT_THAT(told, testing::HasSubstr("'memory'"));
}

TEST(ControlGroupTest, WhatADeadHostLeftIsEndedAndWhatALivingOneHasIsNot) {
  EXPECT_TOLD("only the dead one's", [](GroupRig& rig) {
    auto mine = rig.launch_shell("exec sleep 1000");
    HelperProcess other([](const HelperProcess::Channel& channel) {
      GroupRig its;
      ControlGroups groups("other");
      groups.ensure();
      LaunchOptions options;
      options.groups = &groups;
      auto command = its.launch_shell(kEscaper, options);
      channel.tell(its.read_line(command.out, std::make_shared<Collector>()));
      ::pause();
      return 0;
    });
    const ProcessWatch escaper(std::stoi(other.read_line()));
    ControlGroups::sweep();
    const bool too_soon = !escaper.lives();
    other.kill();
    other.wait();
    ControlGroups::sweep();
    escaper.wait_gone();
    const bool lives = ProcessWatch(mine.process.pid()).lives();
    look_until("the removal", [] {
      ControlGroups::sweep();
      return !std::filesystem::exists(GroupHost::own() + "/escher-engine-other");
    });
    mine.process.signal_tree(SIGKILL);
    rig.wait_and_reap(mine.process);
    return std::string(lives && !too_soon ? "only the dead one's" : "both");
  });
}

TEST(ControlGroupTest, AllAreRemovedWithTheEngine) {
  EXPECT_TOLD("nothing left", [](GroupRig& rig) {
    std::string path;
    {
      ControlGroups groups("short");
      groups.ensure();
      path = groups.path();
      auto one = groups.lend();
      auto other = groups.lend();
    }
    rig.run_ready();
    return std::string(std::filesystem::exists(path) ? "left" : "nothing left");
  });
}

}  // namespace
}  // namespace escher::test
