// ControlGroup: in a mount namespace of its own, with a cgroup v2 that the test has mounted. Needs
// root; elsewhere only the refusal can be seen.
#include "process/control_group.hpp"

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>

#include <csignal>
#include <functional>
#include <set>

#include "stream/file_fixtures.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

// Whether this process has a cgroup v2 at `point` now, which nobody else sees.
bool mount_own(const std::string& point) {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", point.c_str(), "cgroup2", 0, nullptr) == 0;
}

// The rest runs in a fork, in which it is told what was found.
std::string told_by(const std::function<std::string()>& body) {
  const TemporaryDirectory directory;
  HelperProcess helper([&](const HelperProcess::Channel& channel) {
    channel.tell(mount_own(directory.path()) ? body() : "not root");
    return 0;
  });
  return helper.read_line();
}

#define SKIP_WITHOUT_ROOT(told) \
  if ((told) == "not root") GTEST_SKIP() << "mounting a cgroup v2 needs root"

std::string own_name() { return "test-" + std::to_string(::getpid()); }

TEST(ControlGroupTest, HoldsWhoeverWasLaunchedIntoItWithAllDescendants) {
  const std::string told = told_by([] {
    Rig rig;
    LaunchOptions options;
    options.group = GroupLimits{};
    options.group_name = own_name();
    const ResolvedCommand shell{
        "/bin/sh",
        {"sh", "-c",
         "(env -i setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &); exec sleep 1000"},
        own_environment()};
    auto command = std::move(*launch(rig.strand, shell, options));
    const int escaper = std::stoi(rig.read_line(command.out, std::make_shared<Collector>()));
    const ProcessWatch watch(escaper);
    const auto members = command.group->members();
    const std::set<int> found(members.begin(), members.end());
    const bool both = found.contains(escaper) && found.contains(command.process.pid());
    command.group->kill();
    const auto ended = rig.wait_and_reap(command.process);
    watch.wait_gone();
    return std::string(both ? "both" : "not both") + " " +
           std::to_string(ended.status.signal.value_or(0)) + " " +
           std::to_string(command.group->members().size());
  });
  SKIP_WITHOUT_ROOT(told);
  EXPECT_EQ(told, "both " + std::to_string(SIGKILL) + " 0");
}

TEST(ControlGroupTest, IsRemovedWithItsOwner) {
  const std::string told = told_by([] {
    const std::string name = own_name();
    { const auto group = ControlGroup::make(name, {}); }
    return std::string(ControlGroup::make(name, {}) ? "new again" : "left");
  });
  SKIP_WITHOUT_ROOT(told);
  EXPECT_EQ(told, "new again");
}

// Its controllers belong to other hierarchies on a machine that has cgroup v1 too.
TEST(ControlGroupTest, ALimitThatCannotBeIsRefusedAndNotIgnored) {
  const std::string told = told_by([] {
    const auto group = ControlGroup::make(own_name(), {std::uint64_t{1} << 30, 10});
    if (group) return std::string("can be");
    return std::string(group.error().syscall) + ": " + group.error().message;
  });
  SKIP_WITHOUT_ROOT(told);
  if (told == "can be") GTEST_SKIP() << "this machine hands on the controllers";
  EXPECT_THAT(told, testing::StartsWith("cgroup: "));
  EXPECT_THAT(told, testing::HasSubstr("'memory'"));
}

}  // namespace
}  // namespace escher::test
