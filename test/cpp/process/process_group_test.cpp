// group_has_live_member: the process table, asked about one group.
#include "process/posix/process_group.hpp"

#include <csignal>

#include "support/process_rig.hpp"

namespace escher::test {
namespace {

using posix::group_has_live_member;

class ProcessGroup : public ProcessRig {
 protected:
  // Its first line, once it has said it.
  std::string launch_leader(std::vector<std::string> arguments) {
    command.emplace(launch_puppet(std::move(arguments)));
    return read_line(command->out, std::make_shared<Collector>());
  }
  pid_t group() const { return command->process.pid(); }
  void end_leader() {
    command->process.signal_tree(SIGTERM);
    bool exited = false;
    command->process.async_wait_exit([&] { exited = true; });
    run_until("the exit", [&] { return exited; });
  }
  void TearDown() override {
    command->process.signal_tree(SIGKILL);
    command->process.reap();
  }

  std::optional<LaunchedCommand> command;
};

TEST_F(ProcessGroup, HasALiveMemberWhileTheLeaderLives) {
  launch_leader({"sleep"});
  EXPECT_TRUE(group_has_live_member(group()));
}

TEST_F(ProcessGroup, AZombieDoesNotCount) {
  launch_leader({"sleep"});
  end_leader();
  ASSERT_EQ(state_of(group()), 'Z');
  EXPECT_FALSE(group_has_live_member(group()));
}

TEST_F(ProcessGroup, AMemberBesideItsZombieLeaderCounts) {
  const ProcessWatch member(std::stoi(launch_leader({"stubborn-member"})));
  end_leader();
  ASSERT_EQ(state_of(group()), 'Z');
  EXPECT_TRUE(group_has_live_member(group()));
  member.signal(SIGKILL);
  look_until("the end of the member", [&] { return !group_has_live_member(group()); });
}

TEST_F(ProcessGroup, ANameThatLooksLikeTheRestOfTheLineDoesNotConfuse) {
  launch_leader({"rename", "a) Z 1 (1"});
  EXPECT_TRUE(group_has_live_member(group()));
}

}  // namespace
}  // namespace escher::test
