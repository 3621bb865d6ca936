// Which groups are used again: those that are unchanged. In a mount of cgroup v2 that only the test
// sees.
#include "process/linux/cgroup/cgroup_pool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "process/engine_cgroups.hpp"
#include "process/linux/cgroup/cgroup_files.hpp"
#include "support/cgroup_host.hpp"
#include "support/process_facts.hpp"

namespace escher::test {
namespace {

using Channel = HelperProcess::Channel;
using posix::write_cgroup_file;

// What a command may do to its group, and whether the system did it.
struct Change {
  std::string name;
  std::function<bool(const std::string& group)> make;
};

std::vector<Change> writes() {
  const auto write = [](const std::string& file, const std::string& value) {
    return Change{"write " + value + " to " + file, [=](const std::string& group) {
                    return write_cgroup_file(group + "/" + file, value) == 0;
                  }};
  };
  return {write("cgroup.freeze", "1"),    write("cgroup.freeze", "0"),
          write("cgroup.max.depth", "1"), write("cgroup.max.descendants", "0"),
          write("cgroup.pressure", "0"),  write("cgroup.type", "threaded"),
          write("cgroup.kill", "1")};
}

std::vector<Change> others() {
  return {{"mode", [](const std::string& group) { return ::chmod(group.c_str(), 0755) == 0; }},
          {"owner", [](const std::string& group) { return ::chown(group.c_str(), 1, 1) == 0; }},
          {"attribute",
           [](const std::string& group) {
             return ::setxattr(group.c_str(), "user.oomd_avoid", "1", 1, 0) == 0;
           }},
          {"group below", [](const std::string& group) {
             const std::string below = group + "/below";
             return ::mkdir(below.c_str(), 0700) == 0 && ::rmdir(below.c_str()) == 0;
           }}};
}

std::vector<Change> modes_and_owners_of_files(const std::string& group) {
  std::vector<Change> changes;
  for (const auto& entry : std::filesystem::directory_iterator(group)) {
    const std::string file = "/" + entry.path().filename().string();
    changes.push_back({"mode of " + file, [=](const std::string& changed) {
                         return ::chmod((changed + file).c_str(), 0666) == 0;
                       }});
    changes.push_back({"owner of " + file, [=](const std::string& changed) {
                         return ::chown((changed + file).c_str(), 1, 1) == 0;
                       }});
  }
  return changes;
}

// A host with its own groups, in which `body` has those of an engine.
CgroupHost host_with(const std::function<void(EngineCgroups&, const Channel&)>& body) {
  return CgroupHost(CgroupHost::Groups::own, [body](const Channel& channel) {
    EngineCgroups groups("engine");
    groups.ensure();
    body(groups, channel);
    channel.send("end");
  });
}

std::string path_of_next(EngineCgroups& groups) { return groups.acquire()->path(); }

TEST(CgroupPoolTest, UnchangedGroupIsUsedAgain) {
  CgroupHost host = host_with([](EngineCgroups& groups, const Channel& channel) {
    const std::string first = path_of_next(groups);
    for (int i = 0; i < 3; ++i) channel.send(path_of_next(groups) == first ? "same" : "another");
  });
  SKIP_WITHOUT_ROOT(host);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(host.read_line(), "same");
}

std::size_t open_files_of(const std::string& group) {
  const auto is_its = [&](int descriptor) {
    std::error_code ignored;
    const auto target =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored);
    return target.native().starts_with(group);
  };
  const auto open = open_descriptors();
  return static_cast<std::size_t>(std::count_if(open.begin(), open.end(), is_its));
}

// Also if the last one to be given back cannot be used again.
TEST(CgroupPoolTest, IdleEngineHoldsTheFilesOfOneGroup) {
  CgroupHost host = host_with([](EngineCgroups& groups, const Channel& channel) {
    auto first = groups.acquire(), second = groups.acquire(), discarded = groups.acquire();
    const std::string kept[] = {first->path() + "/cgroup.events",
                                second->path() + "/cgroup.events"};
    discarded->discard();
    first.reset();
    second.reset();
    const auto open_files = [&] {
      return std::to_string(open_files_of(kept[0]) + open_files_of(kept[1]));
    };
    channel.send(open_files());
    discarded.reset();
    channel.send(open_files());
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "2");
  EXPECT_EQ(host.read_line(), "1");
}

// Its directory is still open.
TEST(CgroupPoolTest, GroupThatWasRemovedWhileItWasIdleIsNotUsedAgain) {
  CgroupHost host = host_with([](EngineCgroups& groups, const Channel& channel) {
    const std::string first = path_of_next(groups);
    ::rmdir(first.c_str());
    channel.send(path_of_next(groups) == first ? "same" : "another");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "another");
}

// Sends the changes after which the group is used again.
void try_changes(EngineCgroups& groups, const Channel& channel, bool after_release) {
  const std::string sample = path_of_next(groups);
  for (const auto& changes : {writes(), others(), modes_and_owners_of_files(sample)}) {
    for (const Change& change : changes) {
      auto group = groups.acquire();
      const std::string path = group->path();
      if (after_release) group.reset();
      const bool is_made = change.make(path);
      group.reset();
      if (is_made && path_of_next(groups) == path) channel.send(change.name);
    }
  }
}

TEST(CgroupPoolTest, GroupThatACommandHasChangedIsNotUsedAgain) {
  CgroupHost host = host_with(
      [](EngineCgroups& groups, const Channel& channel) { try_changes(groups, channel, false); });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "end");
}

TEST(CgroupPoolTest, GroupThatWasChangedWhileItWasIdleIsNotUsedAgain) {
  CgroupHost host = host_with(
      [](EngineCgroups& groups, const Channel& channel) { try_changes(groups, channel, true); });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "end");
}

// It adds files to the groups below, which their watches do not report.
TEST(CgroupPoolTest, NoGroupIsUsedAgainAfterAChangeOfTheGroupAbove) {
  CgroupHost host = host_with([](EngineCgroups& groups, const Channel& channel) {
    const std::string first = path_of_next(groups);
    write_cgroup_file(groups.path() + "/cgroup.max.depth", "1");
    channel.send(path_of_next(groups) == first ? "same" : "another");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "another");
}

}  // namespace
}  // namespace escher::test
