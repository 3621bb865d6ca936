// base_cgroup(): the group in which an engine creates its groups. The groups are ordinary
// directories. The topmost one is not delegated, because it has no `cgroup.procs`, unless a test
// creates it.
#include "process/linux/cgroup/cgroup_files.hpp"

#include <gtest/gtest.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "output/file_fixtures.hpp"

namespace escher::test {
namespace {

class BaseCgroup : public testing::Test {
 protected:
  // `processes`: the content of `cgroup.procs`.
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

TEST_F(BaseCgroup, IsTheTopmostGroupOfAHostInIt) {
  EXPECT_EQ(posix::base_cgroup_of(top(), top()), top());
}

TEST_F(BaseCgroup, IsTheDelegatedGroupOfAHostInIt) {
  const std::string delegated = make("/delegated");
  EXPECT_EQ(posix::base_cgroup_of(delegated, top()), delegated);
}

TEST_F(BaseCgroup, IsTheDelegatedGroupOfAHostInAGroupBelowIt) {
  const std::string delegated = make("/delegated");
  EXPECT_EQ(posix::base_cgroup_of(make("/delegated/host"), top()), delegated);
}

TEST_F(BaseCgroup, IsNotAGroupWithProcesses) {
  make("/delegated", "1234\n");
  const std::string host = make("/delegated/host");
  EXPECT_EQ(posix::base_cgroup_of(host, top()), host);
}

// systemd can manage the group above.
TEST_F(BaseCgroup, IsNotAPartOfADelegatedGroup) {
  make("/delegated");
  make("/delegated/part");
  const std::string host = make("/delegated/part/host");
  EXPECT_EQ(posix::base_cgroup_of(host, top()), host);
}

TEST_F(BaseCgroup, IsAPartThatIsMarkedAsDelegated) {
  make("/delegated");
  const std::string part = make("/delegated/part");
  if (::setxattr(part.c_str(), "user.delegate", "1", 1, 0) != 0) {
    GTEST_SKIP() << "no user extended attributes in the directory for temporary files";
  }
  EXPECT_EQ(posix::base_cgroup_of(make("/delegated/part/host"), top()), part);
}

TEST_F(BaseCgroup, IsTheTopmostGroupOfAHostInAGroupBelowIt) {
  make("");
  EXPECT_EQ(posix::base_cgroup_of(make("/host"), top()), top());
}

// The root group may have processes and enable controllers. It has no type.
TEST_F(BaseCgroup, IsTheRootGroupWithItsProcesses) {
  make("", "1\n");
  std::filesystem::remove(top() + "/cgroup.type");
  EXPECT_EQ(posix::base_cgroup_of(make("/host"), top()), top());
}

std::string enabled_in(const std::string& group) {
  std::string line;
  std::getline(std::ifstream(group + "/cgroup.subtree_control"), line);
  return line;
}

TEST_F(BaseCgroup, EnablesTheControllersThatLimitsNeed) {
  const std::string delegated = make("/delegated");
  std::ofstream(delegated + "/cgroup.subtree_control") << "\n";
  EXPECT_EQ(posix::enable_controllers(delegated, {.memory_max = {}, .pids_max = 5}), std::nullopt);
  EXPECT_EQ(enabled_in(delegated), "+pids");
}

// Linux would enable them, but then no process could be moved into a group below.
TEST_F(BaseCgroup, DoesNotEnableControllersBesideProcesses) {
  const std::string delegated = make("/delegated", "1234\n");
  std::ofstream(delegated + "/cgroup.subtree_control") << "\n";
  const auto error = posix::enable_controllers(delegated, {.memory_max = {}, .pids_max = 5});
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("'pids' cannot be enabled"), std::string::npos) << error->message;
  EXPECT_NE(error->message.find("processes of its own"), std::string::npos) << error->message;
  EXPECT_EQ(enabled_in(delegated), "");
}

}  // namespace
}  // namespace escher::test
