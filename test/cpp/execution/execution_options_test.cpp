#include "execution/execution_options.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "output/file_fixtures.hpp"
#include "process/host_state.hpp"
#include "support/fake_host.hpp"

namespace escher::test {
namespace {

class ExecutionOptionsTest : public testing::Test {
 protected:
  LaunchOptions launch_options() { return launch_options_of(request, host.services(), id); }
  ExecutionOutput::Options output_options() {
    return output_options_of(request, host.services(), id, std::nullopt, {{}, {}});
  }

  FakeHost host;
  ExecutionRequest request;
  const ExecutionId id = random_id();
};

TEST_F(ExecutionOptionsTest, DefaultsToTheConfiguration) {
  host.config_.default_timeout = Millis(1);
  host.config_.force_kill_after = Millis(2);
  host.config_.kill_signal = 3;
  host.config_.max_output_size_bytes = 4;
  EXPECT_EQ(timeout_of(request, host.config_), Millis(1));
  EXPECT_EQ(stop_of(request, host.config_), (StopSteps{{3, StopStep::To::tree, Millis(2)}}));
  EXPECT_EQ(output_limit_of(request, host.config_), 4U);
}

TEST_F(ExecutionOptionsTest, RequestOverridesTheConfiguration) {
  request.timeout = Millis(10);
  request.force_kill_after = Millis(20);
  request.kill_signal = 30;
  request.max_output_size_bytes = 40;
  EXPECT_EQ(timeout_of(request, host.config_), Millis(10));
  EXPECT_EQ(stop_of(request, host.config_), (StopSteps{{30, StopStep::To::tree, Millis(20)}}));
  EXPECT_EQ(output_limit_of(request, host.config_), 40U);
}

TEST_F(ExecutionOptionsTest, StopsByTheStepsOfTheRequestOrTheConfiguration) {
  const StopSteps own{{2, StopStep::To::leader, Millis(1)}, {15, StopStep::To::tree, Millis(2)}};
  const StopSteps configured{{1, StopStep::To::tree, Millis(3)}};
  host.config_.stop = configured;
  EXPECT_EQ(stop_of(request, host.config_), configured);
  request.stop = own;
  EXPECT_EQ(stop_of(request, host.config_), own);
  request.stop.reset();
  // The short form of the request replaces the steps of the configuration.
  request.kill_signal = 3;
  const StopSteps by_request{{3, StopStep::To::tree, host.config_.force_kill_after}};
  EXPECT_EQ(stop_of(request, host.config_), by_request);
}

TEST_F(ExecutionOptionsTest, NamesTheLogAfterTheExecutionUnlessTheRequestNamesIt) {
  EXPECT_EQ(log_path_of(request, host.config_, id), "");
  EXPECT_FALSE(launch_options().reserve);
  host.config_.log_dir = "/logs";
  EXPECT_EQ(log_path_of(request, host.config_, id), "/logs/" + format_id(id) + ".log");
  request.output_log_path = "/mine.log";
  EXPECT_EQ(output_options().pipeline.log_path(), "/mine.log");
  EXPECT_TRUE(launch_options().reserve);
}

TEST_F(ExecutionOptionsTest, BeginsARelativeLogInTheDirectoryOfTheCallUnderItsPresentName) {
  const TemporaryDirectory root;
  request.relative_log_path = "a.log";
  request.output_log_path = "/name/at/the/call/a.log";
  EXPECT_EQ(log_path_of(request, host.config_, id), "/name/at/the/call/a.log");
  HostState state;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::create_directory(root / "old");
  std::filesystem::current_path(root / "old");
  request.host_directory = state.directory();
  std::filesystem::current_path(before);
  EXPECT_EQ(log_path_of(request, host.config_, id), root / "old/a.log");
  std::filesystem::rename(root / "old", root / "new");
  EXPECT_EQ(log_path_of(request, host.config_, id), root / "new/a.log");
  std::filesystem::remove(root / "new");
  EXPECT_EQ(log_path_of(request, host.config_, id), "/name/at/the/call/a.log");
}

TEST_F(ExecutionOptionsTest, OpensStdinUnlessItIsTheNullDevice) {
  EXPECT_FALSE(launch_options().open_stdin);
  request.stdin_mode = StdinMode::input;
  EXPECT_TRUE(launch_options().open_stdin);
}

TEST_F(ExecutionOptionsTest, OutlivesTheHostWithoutItsMarker) {
  EXPECT_FALSE(launch_options().outlives_host);
  EXPECT_NE(launch_options().marker, "");
  request.env.push_back({std::string(kMarkerName), std::nullopt});
  EXPECT_TRUE(launch_options().outlives_host);
  EXPECT_EQ(launch_options().marker, "");
}

TEST_F(ExecutionOptionsTest, TreeLimitsNeedAControlGroup) {
  EXPECT_FALSE(launch_options().cgroup_limits);
  request.limits.pids_max = 5;
  ASSERT_TRUE(launch_options().cgroup_limits);
  EXPECT_EQ(launch_options().cgroup_limits->pids_max, 5U);
}

TEST_F(ExecutionOptionsTest, PassesOnTheOutputOptions) {
  request.token = 9;
  request.watch = true;
  request.idle_timeout = Millis(6);
  request.oversized_output_strategy = OversizedOutputStrategy::fail_execution;
  const auto options = output_options();
  EXPECT_EQ(options.pipeline.token, 9U);
  EXPECT_TRUE(options.watch);
  EXPECT_EQ(options.idle_timeout, Millis(6));
  EXPECT_EQ(options.pipeline.strategy, OversizedOutputStrategy::fail_execution);
}

}  // namespace
}  // namespace escher::test
