// What can go wrong, as data. The codes are the public ones; the binding hands them to JavaScript
// unchanged. Values; any thread.
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
  invalid_config,
  internal,
  duplicate_id,
  execution_active,
  engine_closed,
};

// "ERR_VALIDATION" and so on.
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
  unsupported_limit,
};

// "EMPTY_COMMAND" and so on; empty for none.
std::string_view to_string(ValidationReason reason);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  ValidationReason reason = ValidationReason::none;
  // Of a failed system call: its errno, its name (`execve`, `chdir`, `pipe2`) and the path it was
  // about. 0 and empty where there was none.
  int os_error = 0;
  std::string syscall;
  std::string path;
};

template <typename T>
using Result = boost::system::result<T, Error>;

// The exception that `Result::value()` throws; reaching it is a broken invariant of the engine.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

// The constructors below are the only places where these messages are written.
namespace errors {
Error validation(ValidationReason reason, std::string detail);
Error not_found(std::string_view id);
Error duplicate_id(std::string_view id);
Error execution_active(std::string_view id);
Error concurrency_limit(std::size_t running);
Error engine_closed();
Error timeout(double ms);
Error idle_timeout(double ms);
Error cancelled();
Error command_failed(int exit_code);
Error killed_by_signal(int signal);
Error output_size_exceeded(std::uint64_t limit);
Error spawn_failed(int os_error, std::string syscall, std::string path);
Error io(int os_error, std::string syscall, std::string path);
Error stdin_not_open(std::string_view why);
Error invalid_config(std::string detail);
}  // namespace errors

// "ENOENT" for ENOENT; empty for a number without a name here.
std::string_view errno_name(int os_error);

// 1000 -> "1000", 0.5 -> "0.5": a number as JavaScript would print it in a message.
std::string format_number(double value);

}  // namespace escher
