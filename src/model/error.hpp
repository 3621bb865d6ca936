// Errors as values. The codes are public; the binding passes them to JavaScript unchanged. Any
// thread.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace escher {

enum class ErrorCode : std::uint8_t {
  validation,
  execution_not_found,
  timeout,
  cancelled,
  command_failed,
  spawn_failed,
  io,
  serialization,
  output_size_exceeded,
  concurrency_limit,
  lease_expired,
  invalid_config,
  internal,
  duplicate_id,
  execution_active,
  engine_closed,
};

// For example "ERR_VALIDATION".
std::string_view to_string(ErrorCode code);

enum class ValidationReason : std::uint8_t {
  none,
  empty_command,
  invalid_command,
  missing_field,
  script_not_found,
  script_not_executable,
  program_not_found,
  timeout_too_large,
  invalid_timeout,
  invalid_working_dir,
  working_dir_not_found,
  invalid_env,
  invalid_id,
  invalid_redact,
  invalid_stop,
  unsupported_limit,
  unsupported_pty,
};

// For example "EMPTY_COMMAND"; empty for `none`.
std::string_view to_string(ValidationReason reason);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  ValidationReason reason = ValidationReason::none;
  // Of a failed system call: its errno, its name (`execve`, `chdir`, `pipe2`) and its path
  // argument. 0 and empty if the error has another cause.
  int os_error = 0;
  std::string syscall;
  std::string path;
};

template <typename T>
using Result = boost::system::result<T, Error>;

// `Result::value()` calls this for a result without a value, which is a bug in the engine.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

// One function for each message, so that its wording exists once.
namespace errors {
Error validation(ValidationReason reason, std::string detail);
Error not_found(std::string_view id);
Error duplicate_id(std::string_view id);
Error execution_active(std::string_view id);
Error concurrency_limit(std::size_t running, std::size_t queued);
// `running` of the key run, and its limit is reached.
Error key_limit(const std::string& key, std::size_t running, std::size_t queued);
// There is a place, but the admission is paused.
Error admission_paused(std::size_t queued);
Error engine_closed();
Error timeout(double ms);
Error idle_timeout(double ms);
Error lease_expired(double ms);
Error cancelled();
Error command_failed(std::int64_t exit_code);
Error killed_by_signal(int signal);
Error exit_status_unknown();
Error output_size_exceeded(std::uint64_t limit);
Error spawn_failed(int os_error, std::string syscall, std::string path);
Error io(int os_error, std::string syscall, std::string path);
Error stdin_not_open(std::string_view why);
Error no_terminal();
Error invalid_config(std::string detail);
}  // namespace errors

// "ENOENT" for ENOENT; empty for an unknown number.
std::string_view errno_name(int os_error);

// Formats a number like JavaScript: 1000 -> "1000", 0.5 -> "0.5".
std::string format_number(double value);

}  // namespace escher
