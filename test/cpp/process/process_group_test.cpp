// group_has_live_member() on real process groups.
#include "process/posix/process_group.hpp"

#include <csignal>

#include "support/process_rig.hpp"

namespace escher::test {
namespace {

using posix::group_has_live_member;

class ProcessGroup : public ProcessRig {
 protected:
  // Waits for the first line of the leader, and returns it.
  std::string launch_leader(std::vector<std::string> arguments) {
    command.emplace(launch_puppet(std::move(arguments)));
    return read_line(command->out, std::make_shared<Collector>());
  }
  pid_t group() const { return command->process.pid(); }
  void end_leader() {
    command->process.signal_group(SIGTERM);
    bool exited = false;
    command->process.async_wait_exit([&] { exited = true; });
    run_until("the exit", [&] { return exited; });
  }
  void TearDown() override {
    command->process.signal_group(SIGKILL);
    command->process.reap();
  }

  std::optional<LaunchedCommand> command;
};

TEST_F(ProcessGroup, HasALiveMemberWhileTheLeaderLives) {
  launch_leader({"sleep"});
  EXPECT_TRUE(group_has_live_member(group()));
}

TEST_F(ProcessGroup, ZombieIsNotALiveMember) {
  launch_leader({"sleep"});
  end_leader();
  ASSERT_EQ(state_of(group()), 'Z');
  EXPECT_FALSE(group_has_live_member(group()));
}

TEST_F(ProcessGroup, HasALiveMemberWhoseFirstThreadHasEnded) {
  command.emplace(launch_fugitive({"headless"}));
  read_line(command->out, std::make_shared<Collector>());
  ASSERT_EQ(state_of(group()), 'Z');
  EXPECT_TRUE(group_has_live_member(group()));
}

TEST_F(ProcessGroup, HasALiveMemberBesideAZombieLeader) {
  const ProcessWatch member(std::stoi(launch_leader({"stubborn-member"})));
  end_leader();
  ASSERT_EQ(state_of(group()), 'Z');
  EXPECT_TRUE(group_has_live_member(group()));
  member.signal(SIGKILL);
  look_until("the end of the member", [&] { return !group_has_live_member(group()); });
}

TEST_F(ProcessGroup, ParsesProcessNamesThatLookLikeFields) {
  launch_leader({"rename", "a) Z 1 (1"});
  EXPECT_TRUE(group_has_live_member(group()));
}

}  // namespace
}  // namespace escher::test
