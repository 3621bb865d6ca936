#include "policy/child_environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/fake_files.hpp"
#include "policy/resolved_command.hpp"

namespace escher {
namespace {

ExecutionRequest request_with(Environment inherited, std::vector<EnvironmentChange> changes) {
  ExecutionRequest request;
  request.inherited_env = std::make_shared<Environment>(std::move(inherited));
  request.env = std::move(changes);
  return request;
}

Environment child_of(const ExecutionRequest& request) {
  return *ChildEnvironment(request).entries();
}

TEST(ChildEnvironment, IsTheInheritedEnvironmentWithoutChanges) {
  EXPECT_EQ(child_of(request_with({"A=1", "B=", "C=x=y"}, {})),
            (Environment{"A=1", "B=", "C=x=y"}));
}

TEST(ChildEnvironment, AppliesChanges) {
  const auto request =
      request_with({"A=1", "B=2", "C=3"}, {{"B", "two"}, {"D", "4"}, {"C", std::nullopt}});
  EXPECT_EQ(child_of(request), (Environment{"A=1", "B=two", "D=4"}));
}

TEST(ChildEnvironment, LastChangeOfANameWins) {
  const auto request = request_with(
      {"A=1"}, {{"A", std::nullopt}, {"A", "2"}, {"B", "x"}, {"B", std::nullopt}, {"C", ""}});
  EXPECT_EQ(child_of(request), (Environment{"A=2", "C="}));
}

TEST(ChildEnvironment, FirstInheritedEntryOfANameWins) {
  const auto request = request_with({"A=first", "B=1", "A=second"}, {});
  EXPECT_EQ(child_of(request), (Environment{"A=first", "B=1"}));
  EXPECT_EQ(ChildEnvironment(request).value_of("A"), "first");
}

TEST(ChildEnvironment, MalformedInheritedEntriesAreDropped) {
  EXPECT_EQ(child_of(request_with({"", "junk", "=x", "A=1"}, {})), (Environment{"A=1"}));
}

TEST(ChildEnvironment, LeavesTheBinaryOfTheHostOut) {
  EXPECT_EQ(child_of(request_with({"A=1", "ESCHER_EXECUTION_ENGINE_BINARY=/x.node"}, {})),
            (Environment{"A=1"}));
  EXPECT_EQ(child_of(request_with({}, {{"ESCHER_EXECUTION_ENGINE_BINARY", "/mine"}})),
            (Environment{"ESCHER_EXECUTION_ENGINE_BINARY=/mine"}));
}

TEST(ChildEnvironment, AddsAnEntryThatNothingNames) {
  const auto with = [](const ExecutionRequest& request) {
    return *ChildEnvironment(request).entries_with("P", "1");
  };
  EXPECT_EQ(with(request_with({"A=1"}, {})), (Environment{"A=1", "P=1"}));
  EXPECT_EQ(with(request_with({"P=0"}, {})), (Environment{"P=0"}));
  EXPECT_EQ(with(request_with({}, {{"P", "2"}})), (Environment{"P=2"}));
  EXPECT_EQ(with(request_with({"A=1"}, {{"P", std::nullopt}})), (Environment{"A=1"}));
}

Environment colored(bool color, Environment inherited, std::vector<EnvironmentChange> changes) {
  auto request = request_with(std::move(inherited), std::move(changes));
  request.color = color;
  add_color_variables(request);
  auto entries = child_of(request);
  std::sort(entries.begin(), entries.end());
  return entries;
}

TEST(ChildEnvironment, AsksForColors) {
  EXPECT_EQ(
      colored(true, {"NO_COLOR=1", "TERM=dumb"}, {}),
      (Environment{"CLICOLOR_FORCE=1", "FORCE_COLOR=1", "PY_COLORS=1", "TERM=xterm-256color"}));
  EXPECT_EQ(colored(true, {"TERM=screen"}, {{"FORCE_COLOR", "3"}, {"PY_COLORS", std::nullopt}}),
            (Environment{"CLICOLOR_FORCE=1", "FORCE_COLOR=3", "TERM=screen"}));
}

TEST(ChildEnvironment, AsksAgainstColors) {
  EXPECT_EQ(colored(false, {"FORCE_COLOR=1", "CLICOLOR_FORCE=1", "TERM=xterm"}, {}),
            (Environment{"NO_COLOR=1", "PY_COLORS=0", "TERM=dumb"}));
  EXPECT_EQ(colored(false, {}, {{"TERM", "xterm"}}),
            (Environment{"NO_COLOR=1", "PY_COLORS=0", "TERM=xterm"}));
}

TEST(ChildEnvironment, FollowsAChangedHostEnvironment) {
  auto request = request_with({"A=1"}, {});
  const auto before = ChildEnvironment(request).entries();
  EXPECT_EQ(ChildEnvironment(request).entries(), before) << "not shared";
  request.inherited_env = std::make_shared<Environment>(Environment{"A=2"});
  EXPECT_EQ(child_of(request), Environment{"A=2"});
}

TEST(ChildEnvironment, InheritsNothingWithoutExtendEnv) {
  auto request = request_with({"A=1"}, {{"B", "2"}, {"A", std::nullopt}});
  request.extend_env = false;
  EXPECT_EQ(child_of(request), (Environment{"B=2"}));
}

TEST(ChildEnvironment, InheritsNothingFromAHostWithoutEnvironment) {
  ExecutionRequest request;
  EXPECT_EQ(child_of(request), Environment{});
}

TEST(ChildEnvironment, ReturnsTheValuesThatTheChildSees) {
  const auto request = request_with({"A=1", "B=2"}, {{"A", "one"}, {"B", std::nullopt}});
  const ChildEnvironment env(request);
  EXPECT_EQ(env.value_of("A"), "one");
  EXPECT_EQ(env.value_of("B"), std::nullopt);
  EXPECT_EQ(env.value_of("C"), std::nullopt);
}

TEST(ChildEnvironment, IsPartOfTheResolvedCommand) {
  test::FakeFiles files;
  files.executable("/bin/true");
  auto request = test::request_for(ExecCommand{"true", {}});
  request.env = {{"HOME", std::nullopt}, {"X", "y"}};
  EXPECT_EQ(*resolve(request, {}, files)->env, (Environment{"PATH=/bin", "X=y"}));
}

}  // namespace
}  // namespace escher
