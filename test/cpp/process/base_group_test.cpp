// base_group: where an engine makes its groups, in directories that look like control groups. The
// uppermost is no group that anybody was given, since it has no `cgroup.procs`.
#include <gtest/gtest.h>
#include <sys/xattr.h>

#include <filesystem>
#include <fstream>

#include "process/posix/control_group_files_linux.hpp"
#include "stream/file_fixtures.hpp"

namespace escher::test {
namespace {

class BaseGroup : public testing::Test {
 protected:
  // `processes`: the numbers of those in it.
  std::string make(const std::string& name, const std::string& processes = "") {
    const std::string group = top() + name;
    std::filesystem::create_directories(group);
    std::ofstream(group + "/cgroup.procs") << processes;
    std::ofstream(group + "/cgroup.type") << "domain\n";
    return group;
  }
  std::string top() const { return directory_.path(); }

 private:
  const TemporaryDirectory directory_;
};

TEST_F(BaseGroup, OfAHostInTheUppermostIsThatOne) {
  EXPECT_EQ(posix::base_of(top(), top()), top());
}

TEST_F(BaseGroup, OfAHostInWhatWasDelegatedIsItsOwn) {
  const std::string given = make("/given");
  EXPECT_EQ(posix::base_of(given, top()), given);
}

TEST_F(BaseGroup, OfAHostInAGroupOfItsOwnInWhatWasDelegatedIsTheDelegatedOne) {
  const std::string given = make("/given");
  EXPECT_EQ(posix::base_of(make("/given/host"), top()), given);
}

TEST_F(BaseGroup, IsNoneThatHandsNothingOn) {
  make("/given", "1234\n");
  const std::string host = make("/given/host");
  EXPECT_EQ(posix::base_of(host, top()), host);
}

// systemd may be the one who manages what is above.
TEST_F(BaseGroup, IsNoPartOfWhatWasDelegated) {
  make("/given");
  make("/given/part");
  const std::string host = make("/given/part/host");
  EXPECT_EQ(posix::base_of(host, top()), host);
}

TEST_F(BaseGroup, IsAPartThatWasMarkedAsDelegated) {
  make("/given");
  const std::string part = make("/given/part");
  if (::setxattr(part.c_str(), "user.delegate", "1", 1, 0) != 0) {
    GTEST_SKIP() << "no extended attributes of users in the directory for temporary files";
  }
  EXPECT_EQ(posix::base_of(make("/given/part/host"), top()), part);
}

TEST_F(BaseGroup, IsTheUppermostIfAGroupBelowItIsTheHosts) {
  make("");
  EXPECT_EQ(posix::base_of(make("/host"), top()), top());
}

// Which hands on whoever is in it, and has no type.
TEST_F(BaseGroup, IsTheRootWithItsProcesses) {
  make("", "1\n");
  std::filesystem::remove(top() + "/cgroup.type");
  EXPECT_EQ(posix::base_of(make("/host"), top()), top());
}

std::string asked_of(const std::string& group) {
  std::string line;
  std::getline(std::ifstream(group + "/cgroup.subtree_control"), line);
  return line;
}

TEST_F(BaseGroup, IsAskedToHandOnWhatLimitsNeed) {
  const std::string given = make("/given");
  std::ofstream(given + "/cgroup.subtree_control") << "\n";
  EXPECT_EQ(posix::hand_on_controllers(given, {.memory_max = {}, .pids_max = 5}), std::nullopt);
  EXPECT_EQ(asked_of(given), "+pids");
}

// Linux would take it, and nobody could be put into a group below.
TEST_F(BaseGroup, IsNotAskedToHandAnythingOnWhereProcessesAre) {
  const std::string given = make("/given", "1234\n");
  std::ofstream(given + "/cgroup.subtree_control") << "\n";
  const auto error = posix::hand_on_controllers(given, {.memory_max = {}, .pids_max = 5});
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("'pids' cannot be handed on"), std::string::npos) << error->message;
  EXPECT_NE(error->message.find("processes of its own"), std::string::npos) << error->message;
  EXPECT_EQ(asked_of(given), "");
}

}  // namespace
}  // namespace escher::test
