#include "execution/execution_tree.hpp"

#include <atomic>
#include <csignal>

#include "support/tree_rig.hpp"

namespace escher::test {
namespace {

class ExecutionTreeTest : public TreeRig {
 protected:
  // Looks for the descendants once, and sends them `signal`.
  void look(int signal = 0) {
    bool answered = false;
    on_strand([&] { tree.look(signal, [&](ExecutionTree::Look) { answered = true; }); });
    run_until("the answer", [&] { return answered; });
  }
};

TEST_F(ExecutionTreeTest, FeedsTheExitOfTheProcess) {
  launch_tree({"sleep"});
  on_strand([&] { tree.wait_exit(); });
  EXPECT_TRUE(owner.is_held());
  on_strand([&] { tree.signal_group(SIGTERM); });
  run_until_fed(Input::exited);
  on_strand([&] { EXPECT_EQ(tree.reap().status.signal, SIGTERM); });
}

TEST_F(ExecutionTreeTest, SendsASignalToTheProcessGroup) {
  launch_tree({"report-signal", "10"});
  on_strand([&] { EXPECT_TRUE(tree.send(10)); });
  run_until("the signal", [&] { return collector->text[0].find("got it") != std::string::npos; });
}

TEST_F(ExecutionTreeTest, ContinuesAStoppedProcessSoThatItCanActOnTheSignal) {
  launch_tree({"sleep"});
  on_strand([&] { tree.wait_exit(); });
  ::kill(tree.pid(), SIGSTOP);
  wait_stopped(tree.pid());
  on_strand([&] { tree.signal_group(SIGTERM); });
  run_until_fed(Input::exited);
}

TEST_F(ExecutionTreeTest, FindsAndSignalsADescendantThatHasLeftTheGroup) {
  const pid_t descendant =
      std::stoi(launch_shell("setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & wait"));
  const ProcessWatch watch(descendant);
  look();
  ASSERT_EQ(tree.descendants().size(), 1U);
  EXPECT_EQ(tree.descendants()[0].pid, descendant);
  EXPECT_TRUE(tree.any_alive(true));
  EXPECT_NE(tree.leader_started(), 0U);
  look(SIGTERM);
  watch.wait_gone();
  look();
  EXPECT_TRUE(tree.descendants().empty());
}

TEST_F(ExecutionTreeTest, DoesNotAnswerALookAfterTheRelease) {
  launch_tree({"sleep"});
  bool answered = false;
  on_strand([&] {
    tree.wait_exit();
    tree.signal_group(SIGKILL);
  });
  run_until_fed(Input::exited);
  on_strand([&] {
    tree.look(0, [&](ExecutionTree::Look) { answered = true; });
    tree.reap();
    tree.release(true);
  });
  run_until("the end of the look", [&] { return !owner.is_held(); });
  EXPECT_FALSE(answered);
  EXPECT_FALSE(tree.has_process());
}

TEST_F(ExecutionTreeTest, CountsAnAbandonedProcessUntilItExits) {
  launch_tree({"sleep"});
  const pid_t pid = tree.pid();
  std::atomic<int> unkillable{0};
  on_strand([&] {
    tree.abandon(unkillable);
    tree.release(false);
  });
  EXPECT_EQ(unkillable, 1);
  ::kill(pid, SIGKILL);
  run_until("its exit", [&] { return unkillable == 0; });
}

}  // namespace
}  // namespace escher::test
