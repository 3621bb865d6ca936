// find_members() on process tables that the tests define.
#include "policy/process_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/limit_mark.hpp"

namespace escher::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int kLeader = 100;
constexpr std::uint64_t kStart = 5000;

ProcessEntry process(int pid, int parent, int session) {
  ProcessEntry entry;
  entry.pid = pid;
  entry.parent = parent;
  entry.session = entry.group = session;
  entry.started = kStart + static_cast<std::uint64_t>(pid);
  return entry;
}

ProcessEntry marked(ProcessEntry entry, std::string execution) {
  entry.execution = std::move(execution);
  return entry;
}

ProcessEntry zombie(ProcessEntry entry) {
  entry.lives = false;
  return entry;
}

SoughtTree tree_of(std::string execution) {
  SoughtTree tree;
  tree.execution = std::move(execution);
  tree.leader = kLeader;
  tree.leader_started = kStart + kLeader;
  return tree;
}

std::vector<int> found(const std::vector<ProcessEntry>& processes, SoughtTree& tree) {
  find_members(processes, tree);
  std::vector<int> pids;
  for (const TreeMember& member : tree.members) pids.push_back(member.pid);
  return pids;
}

TEST(ProcessTree, LeaderIsNotAMember) {
  auto tree = tree_of("a");
  EXPECT_THAT(found({marked(process(kLeader, 1, kLeader), "a")}, tree), IsEmpty());
}

TEST(ProcessTree, SessionMembersAreMembers) {
  auto tree = tree_of("a");
  EXPECT_THAT(
      found({process(kLeader, 1, kLeader), process(101, 1, kLeader), process(102, 1, 102)}, tree),
      ElementsAre(101));
}

TEST(ProcessTree, ProcessesWithTheMarkerAreMembers) {
  auto tree = tree_of("a");
  EXPECT_THAT(found({process(kLeader, 1, kLeader), marked(process(101, 1, 101), "a"),
                     marked(process(102, 1, 102), "b")},
                    tree),
              ElementsAre(101));
}

TEST(ProcessTree, ChildrenOfMembersAreMembersInAnyTableOrder) {
  auto tree = tree_of("a");
  EXPECT_THAT(found({process(50, 60, 50), process(60, 101, 60), process(kLeader, 1, kLeader),
                     marked(process(101, 1, 101), "a"), process(70, kLeader, 70)},
                    tree),
              UnorderedElementsAre(50, 60, 101, 70));
}

TEST(ProcessTree, ChildrenOfZombiesAreMembersButZombiesAreNot) {
  auto tree = tree_of("a");
  EXPECT_THAT(found({zombie(process(kLeader, 1, kLeader)), zombie(process(101, kLeader, kLeader)),
                     process(102, 101, 102)},
                    tree),
              ElementsAre(102));
}

TEST(ProcessTree, ReusedPidHasNoSession) {
  auto tree = tree_of("a");
  auto stranger = process(kLeader, 1, kLeader);
  stranger.started += 7;
  EXPECT_THAT(found({stranger, process(101, kLeader, kLeader)}, tree), IsEmpty());
}

TEST(ProcessTree, WithoutALeaderOnlyTheMarkerCounts) {
  auto tree = tree_of("a");
  tree.leader = 0;
  EXPECT_THAT(found({process(101, 1, 0), marked(process(102, 1, 102), "a")}, tree),
              ElementsAre(102));
}

TEST(ProcessTree, KnownMemberStaysAMember) {
  auto tree = tree_of("a");
  find_members({process(kLeader, 1, kLeader), process(101, kLeader, kLeader)}, tree);
  tree.members.front().signalled = true;
  // It left the session, and its parent has exited.
  EXPECT_THAT(found({process(101, 1, 101)}, tree), ElementsAre(101));
  EXPECT_TRUE(tree.members.front().signalled);
}

TEST(ProcessTree, ReusedPidOfAKnownMemberIsNotAMember) {
  auto tree = tree_of("a");
  find_members({process(kLeader, 1, kLeader), process(101, kLeader, kLeader)}, tree);
  auto stranger = process(101, 1, 101);
  stranger.started += 7;
  EXPECT_THAT(found({stranger}, tree), IsEmpty());
}

TEST(ProcessTree, SearchOfTheWholeEngineExcludesTheSpared) {
  SoughtTree rest;
  rest.spared = {"b"};
  EXPECT_THAT(found({marked(process(101, 1, 101), "a"), marked(process(102, 1, 102), "b"),
                     marked(process(103, 1, 103), "c"), process(104, 1, 104)},
                    rest),
              ElementsAre(101, 103));
}

TEST(ProcessTree, ProcessesWithTheLimitMarkAreMembers) {
  auto tree = tree_of("a");
  auto own = process(101, 1, 101);
  own.execution_number = limit_mark::number_of("a");
  auto other = process(102, 1, 102);
  other.execution_number = limit_mark::number_of("b");
  EXPECT_THAT(found({process(kLeader, 1, kLeader), own, other}, tree), ElementsAre(101));
}

TEST(ProcessTree, SearchOfTheWholeEngineIncludesAMarkWithoutExecution) {
  auto own = process(101, 1, 101);
  own.execution_number = limit_mark::kUnknownExecution;
  auto tree = tree_of("a");
  tree.leader = 0;
  EXPECT_THAT(found({own}, tree), IsEmpty());
  SoughtTree rest;
  rest.spared = {"b"};
  EXPECT_THAT(found({own}, rest), ElementsAre(101));
}

TEST(ProcessTree, SearchOfTheWholeEngineExcludesTheLimitMarksOfTheSpared) {
  SoughtTree rest;
  rest.spared = {"b"};
  auto own = process(101, 1, 101);
  own.execution_number = limit_mark::number_of("a");
  auto spared = process(102, 1, 102);
  spared.execution_number = limit_mark::number_of("b");
  EXPECT_THAT(found({own, spared}, rest), ElementsAre(101));
}

}  // namespace
}  // namespace escher::test
