#include "model/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <set>
#include <stdexcept>

namespace escher {
namespace {

TEST(ErrorNames, EveryCodeHasAUniquePublicName) {
  std::set<std::string_view> names;
  const int count = static_cast<int>(ErrorCode::engine_closed) + 1;
  for (int code = 0; code < count; ++code) {
    const auto name = to_string(static_cast<ErrorCode>(code));
    EXPECT_TRUE(name.starts_with("ERR_")) << name;
    names.insert(name);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
}

TEST(ErrorNames, EveryReasonHasAUniquePublicName) {
  std::set<std::string_view> names;
  const int count = static_cast<int>(ValidationReason::invalid_id) + 1;
  for (int reason = 1; reason < count; ++reason) {
    names.insert(to_string(static_cast<ValidationReason>(reason)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count - 1));
  EXPECT_EQ(names.count(""), 0U);
  EXPECT_EQ(to_string(ValidationReason::none), "");
}

void expect_error(const Error& error, ErrorCode code, std::string_view message) {
  EXPECT_EQ(error.code, code) << to_string(error.code);
  EXPECT_EQ(error.message, message);
}

TEST(Errors, HaveTheMessagesOfTheContract) {
  using enum ErrorCode;
  expect_error(errors::validation(ValidationReason::invalid_env, "x"), validation,
               "Validation error: x");
  expect_error(errors::not_found("abc"), execution_not_found, "Execution not found: abc");
  expect_error(
      errors::concurrency_limit(3, 2), concurrency_limit,
      "Concurrency limit reached: 3 executions running, 2 waiting; \"maxQueuedExecutions\" "
      "is 2");
  expect_error(errors::timeout(1500), timeout, "Execution timeout after 1500ms");
  expect_error(errors::cancelled(), cancelled, "Execution cancelled");
  expect_error(errors::command_failed(2), command_failed, "Command failed with exit code 2");
  expect_error(errors::output_size_exceeded(10), output_size_exceeded,
               "Output size exceeded maximum of 10 bytes");
  expect_error(errors::invalid_config("x"), invalid_config, "Invalid configuration: x");
  EXPECT_EQ(errors::validation(ValidationReason::invalid_env, "x").reason,
            ValidationReason::invalid_env);
}

TEST(Errors, NameTheFailedSystemCall) {
  const Error error = errors::spawn_failed(ENOENT, "execve", "/nope");
  EXPECT_EQ(error.code, ErrorCode::spawn_failed);
  EXPECT_EQ(error.os_error, ENOENT);
  EXPECT_EQ(error.syscall, "execve");
  EXPECT_EQ(error.path, "/nope");
  EXPECT_EQ(error.message,
            "Process spawn failed: execve ENOENT (No such file or directory) '/nope'");
  EXPECT_EQ(errors::io(EPIPE, "write", "").message, "IO error: write EPIPE (Broken pipe)");
}

TEST(Errors, HaveTheNamesOfErrnoValues) {
  EXPECT_EQ(errno_name(EMFILE), "EMFILE");
  EXPECT_EQ(errno_name(ENOSPC), "ENOSPC");
  EXPECT_EQ(errno_name(0), "");
  EXPECT_EQ(errno_name(99'999), "");
}

TEST(Errors, ReadingAFailedResultThrows) {
  const Result<int> result = errors::cancelled();
  EXPECT_THROW((void)result.value(), std::logic_error);
}

TEST(FormatNumber, PrintsLikeJavaScript) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(-5), "-5");
  EXPECT_EQ(format_number(1000), "1000");
  EXPECT_EQ(format_number(0.5), "0.5");
  EXPECT_EQ(format_number(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(format_number(3'600'000), "3600000");
  EXPECT_EQ(format_number(1e20), "100000000000000000000");
  EXPECT_EQ(format_number(HUGE_VAL), "Infinity");
  EXPECT_EQ(format_number(-HUGE_VAL), "-Infinity");
  EXPECT_EQ(format_number(std::nan("")), "NaN");
}

}  // namespace
}  // namespace escher
