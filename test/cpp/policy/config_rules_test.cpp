#include "policy/config_rules.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace escher {
namespace {

const Millis kNaN{std::nan("")};

// The message for the default configuration with one change; empty if it is valid.
template <typename Change>
std::string message_after(Change change) {
  Config config;
  change(config);
  const auto error = validate(config);
  if (!error) return {};
  EXPECT_EQ(error->code, ErrorCode::invalid_config);
  return error->message;
}

TEST(ConfigRules, DefaultsAreValid) {
  EXPECT_EQ(message_after([](Config&) {}), "");
}

TEST(ConfigRules, TimeoutsArePositive) {
  EXPECT_EQ(message_after([](Config& c) { c.default_timeout = Millis(0); }),
            "Invalid configuration: \"defaultTimeoutMs\" must be greater than 0, received 0");
  EXPECT_EQ(message_after([](Config& c) { c.default_timeout = kNaN; }),
            "Invalid configuration: \"defaultTimeoutMs\" must be greater than 0, received NaN");
  EXPECT_EQ(message_after([](Config& c) { c.max_timeout = Millis(-1); }),
            "Invalid configuration: \"maxTimeoutMs\" must be greater than 0, received -1");
}

TEST(ConfigRules, DefaultTimeoutIsAtMostTheMaximum) {
  EXPECT_EQ(message_after([](Config& c) { c.max_timeout = Millis(1000); }),
            "Invalid configuration: \"defaultTimeoutMs\" must be at most \"maxTimeoutMs\" (1000), "
            "received "
            "300000");
  EXPECT_EQ(message_after([](Config& c) { c.max_timeout = c.default_timeout; }), "");
  EXPECT_EQ(message_after([](Config& c) { c.default_timeout = kForever; }),
            "Invalid configuration: \"defaultTimeoutMs\" must be at most \"maxTimeoutMs\" "
            "(3600000), received "
            "Infinity");
}

TEST(ConfigRules, InfiniteMaximumAllowsAnInfiniteDefault) {
  EXPECT_EQ(message_after([](Config& c) { c.max_timeout = c.default_timeout = kForever; }), "");
}

TEST(ConfigRules, CountsAreAtLeastOne) {
  EXPECT_EQ(
      message_after([](Config& c) { c.max_concurrent_executions = 0; }),
      "Invalid configuration: \"maxConcurrentExecutions\" must be an integer of 1 or greater, "
      "received 0");
  EXPECT_NE(message_after([](Config& c) { c.max_in_memory_executions = 0; }), "");
  EXPECT_NE(message_after([](Config& c) { c.max_line_bytes = 0; }), "");
  EXPECT_NE(message_after([](Config& c) { c.max_pending_event_bytes = 0; }), "");
  EXPECT_NE(message_after([](Config& c) { c.io_threads = 0; }), "");
}

TEST(ConfigRules, QueueAndOutputCanBeZeroOrUnlimited) {
  EXPECT_EQ(message_after([](Config& c) { c.max_queued_executions = kUnlimited; }), "");
  EXPECT_EQ(message_after([](Config& c) { c.max_output_size_bytes = 0; }), "");
  EXPECT_EQ(message_after([](Config& c) { c.max_retained_bytes = 0; }), "");
}

TEST(ConfigRules, RetentionIsReportedInSeconds) {
  EXPECT_EQ(
      message_after([](Config& c) { c.execution_retention = Millis(-1500); }),
      "Invalid configuration: \"executionRetentionSecs\" must be 0 or greater, received -1.5");
  EXPECT_EQ(message_after([](Config& c) { c.log_retention = Millis(-1500); }),
            "Invalid configuration: \"logRetentionSecs\" must be 0 or greater, received -1.5");
  EXPECT_EQ(message_after([](Config& c) { c.execution_retention = Millis(0); }), "");
  EXPECT_EQ(message_after([](Config& c) { c.execution_retention = kForever; }), "");
}

TEST(ConfigRules, DelaysAreNotNegative) {
  EXPECT_EQ(message_after([](Config& c) { c.partial_line_flush = Millis(-1); }),
            "Invalid configuration: \"partialLineFlushMs\" must be 0 or greater, received -1");
  EXPECT_NE(message_after([](Config& c) { c.force_kill_after = Millis(-1); }), "");
  EXPECT_NE(message_after([](Config& c) { c.drain_grace = kNaN; }), "");
  EXPECT_NE(message_after([](Config& c) { c.cleanup_interval = Millis(0); }), "");
  EXPECT_EQ(message_after([](Config& c) { c.force_kill_after = kForever; }), "");
  EXPECT_EQ(message_after([](Config& c) { c.drain_grace = Millis(0); }), "");
}

TEST(ConfigRules, PathsAreNotEmptyAndHaveNoNulBytes) {
  EXPECT_EQ(message_after([](Config& c) { c.log_dir = ""; }),
            "Invalid configuration: \"logDir\" must be a path, received an empty string");
  EXPECT_EQ(
      message_after([](Config& c) { c.overflow_dir = std::string("a\0b", 3); }),
      "Invalid configuration: \"overflowDir\" must be a path, received a string with NUL bytes");
  EXPECT_EQ(message_after([](Config& c) { c.log_dir = "logs"; }), "");
}

TEST(ConfigRules, KillSignalIsAValidSignal) {
  EXPECT_EQ(message_after([](Config& c) { c.kill_signal = SIGKILL; }), "");
  EXPECT_NE(message_after([](Config& c) { c.kill_signal = 0; }), "");
  EXPECT_NE(message_after([](Config& c) { c.kill_signal = 1000; }).find("killSignal"),
            std::string::npos);
}

TEST(ConfigRules, StopIsAListOfSteps) {
  EXPECT_EQ(message_after([](Config& c) { c.stop = StopSteps{}; }),
            "Invalid configuration: \"stop\" must be a list of 1 to 8 steps, received 0 steps");
  EXPECT_EQ(message_after([](Config& c) {
              c.stop = StopSteps{{SIGINT, StopStep::To::leader, Millis(1)}};
            }),
            "");
}

}  // namespace
}  // namespace escher
