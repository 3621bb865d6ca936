#include "model/error.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

#include "model/signals.hpp"

namespace escher {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::validation:
      return "ERR_VALIDATION";
    case ErrorCode::execution_not_found:
      return "ERR_EXECUTION_NOT_FOUND";
    case ErrorCode::timeout:
      return "ERR_TIMEOUT";
    case ErrorCode::cancelled:
      return "ERR_CANCELLED";
    case ErrorCode::command_failed:
      return "ERR_COMMAND_FAILED";
    case ErrorCode::spawn_failed:
      return "ERR_SPAWN_FAILED";
    case ErrorCode::io:
      return "ERR_IO";
    case ErrorCode::serialization:
      return "ERR_SERIALIZATION";
    case ErrorCode::output_size_exceeded:
      return "ERR_OUTPUT_SIZE_EXCEEDED";
    case ErrorCode::concurrency_limit:
      return "ERR_CONCURRENCY_LIMIT";
    case ErrorCode::lease_expired:
      return "ERR_LEASE_EXPIRED";
    case ErrorCode::invalid_config:
      return "ERR_INVALID_CONFIG";
    case ErrorCode::internal:
      return "ERR_INTERNAL";
    case ErrorCode::duplicate_id:
      return "ERR_DUPLICATE_ID";
    case ErrorCode::execution_active:
      return "ERR_EXECUTION_ACTIVE";
    case ErrorCode::engine_closed:
      return "ERR_ENGINE_CLOSED";
  }
  return "ERR_INTERNAL";
}

std::string_view to_string(ValidationReason reason) {
  switch (reason) {
    case ValidationReason::none:
      return "";
    case ValidationReason::empty_command:
      return "EMPTY_COMMAND";
    case ValidationReason::invalid_command:
      return "INVALID_COMMAND";
    case ValidationReason::missing_field:
      return "MISSING_FIELD";
    case ValidationReason::script_not_found:
      return "SCRIPT_NOT_FOUND";
    case ValidationReason::script_not_executable:
      return "SCRIPT_NOT_EXECUTABLE";
    case ValidationReason::program_not_found:
      return "PROGRAM_NOT_FOUND";
    case ValidationReason::timeout_too_large:
      return "TIMEOUT_TOO_LARGE";
    case ValidationReason::invalid_timeout:
      return "INVALID_TIMEOUT";
    case ValidationReason::invalid_working_dir:
      return "INVALID_WORKING_DIR";
    case ValidationReason::working_dir_not_found:
      return "WORKING_DIR_NOT_FOUND";
    case ValidationReason::invalid_env:
      return "INVALID_ENV";
    case ValidationReason::invalid_id:
      return "INVALID_ID";
    case ValidationReason::invalid_redact:
      return "INVALID_REDACT";
    case ValidationReason::invalid_stop:
      return "INVALID_STOP";
    case ValidationReason::unsupported_pty:
      return "UNSUPPORTED_PTY";
    case ValidationReason::unsupported_limit:
      return "UNSUPPORTED_LIMIT";
  }
  return "";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("unchecked engine error: " + error.message);
}

namespace {

struct ErrnoName {
  int value;
  std::string_view name;
};

// Errors of spawns, pipes and files.
constexpr ErrnoName kErrnoNames[] = {
    {E2BIG, "E2BIG"},
    {EACCES, "EACCES"},
    {EAGAIN, "EAGAIN"},
    {EBADF, "EBADF"},
    {EBUSY, "EBUSY"},
    {ECHILD, "ECHILD"},
    {EEXIST, "EEXIST"},
    {EFAULT, "EFAULT"},
    {EFBIG, "EFBIG"},
    {EINTR, "EINTR"},
    {EINVAL, "EINVAL"},
    {EIO, "EIO"},
    {EISDIR, "EISDIR"},
    {ELOOP, "ELOOP"},
    {EMFILE, "EMFILE"},
    {EMLINK, "EMLINK"},
    {ENAMETOOLONG, "ENAMETOOLONG"},
    {ENFILE, "ENFILE"},
    {ENODEV, "ENODEV"},
    {ENOENT, "ENOENT"},
    {ENOEXEC, "ENOEXEC"},
    {ENOMEM, "ENOMEM"},
    {ENOSPC, "ENOSPC"},
    {ENOSYS, "ENOSYS"},
    {ENOTDIR, "ENOTDIR"},
    {ENOTSUP, "ENOTSUP"},
    {ENXIO, "ENXIO"},
    {EPERM, "EPERM"},
    {EPIPE, "EPIPE"},
    {EROFS, "EROFS"},
    {ESRCH, "ESRCH"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {ETXTBSY, "ETXTBSY"},
    {EXDEV, "EXDEV"},
#if !defined(_WIN32)
    {EDQUOT, "EDQUOT"},
    {ESTALE, "ESTALE"},
#endif
};

// `execve ENOENT (No such file or directory) '/nope'`
std::string describe_os_error(int os_error, std::string_view syscall, std::string_view path) {
  std::string text(syscall);
  if (os_error != 0) {
    if (!text.empty()) text += ' ';
    const auto name = errno_name(os_error);
    text += name.empty() ? "errno " + std::to_string(os_error) : std::string(name);
    text += " (" + std::generic_category().message(os_error) + ")";
  }
  if (!path.empty()) text += " '" + std::string(path) + "'";
  return text;
}

Error make(ErrorCode code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return error;
}

Error make_os(ErrorCode code, std::string_view prefix, int os_error, std::string syscall,
              std::string path) {
  Error error = make(code, std::string(prefix) + describe_os_error(os_error, syscall, path));
  error.os_error = os_error;
  error.syscall = std::move(syscall);
  error.path = std::move(path);
  return error;
}

// `queued`: the limit of the queue, which is reached.
Error no_place(const std::string& why, std::size_t queued) {
  const std::string waiting = std::to_string(queued);
  return make(ErrorCode::concurrency_limit, "Concurrency limit reached: " + why + ", " + waiting +
                                                " waiting; \"maxQueuedExecutions\" is " + waiting);
}

}  // namespace

std::string_view errno_name(int os_error) {
  for (const auto& entry : kErrnoNames) {
    if (entry.value == os_error) return entry.name;
  }
  return {};
}

std::string format_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[32];
  // Like JavaScript, which prints whole numbers below 1e21 without an exponent.
  const bool whole = std::trunc(value) == value && std::abs(value) < 1e21;
  const auto end = whole ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed)
                         : std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

namespace errors {

Error validation(ValidationReason reason, std::string detail) {
  Error error = make(ErrorCode::validation, "Validation error: " + std::move(detail));
  error.reason = reason;
  return error;
}

Error not_found(std::string_view id) {
  return make(ErrorCode::execution_not_found, "Execution not found: " + std::string(id));
}

Error duplicate_id(std::string_view id) {
  return make(ErrorCode::duplicate_id, "Execution id is already in use: " + std::string(id));
}

Error execution_active(std::string_view id) {
  return make(ErrorCode::execution_active,
              "Execution has not ended yet: " + std::string(id) + "; cancel it first");
}

Error concurrency_limit(std::size_t running, std::size_t queued) {
  return no_place(std::to_string(running) + " executions running", queued);
}

Error key_limit(const std::string& key, std::size_t running, std::size_t queued) {
  return no_place(std::to_string(running) + " executions with the key '" + key + "' running",
                  queued);
}

Error admission_paused(std::size_t queued) { return no_place("the engine is paused", queued); }

Error engine_closed() { return make(ErrorCode::engine_closed, "Execution engine is shut down"); }

Error timeout(double ms) {
  return make(ErrorCode::timeout, "Execution timeout after " + format_number(ms) + "ms");
}

Error lease_expired(double ms) {
  return make(ErrorCode::lease_expired,
              "Lease expired: not renewed within " + format_number(ms) + "ms");
}

Error idle_timeout(double ms) {
  return make(ErrorCode::timeout,
              "Execution timeout after " + format_number(ms) + "ms without output");
}

Error cancelled() { return make(ErrorCode::cancelled, "Execution cancelled"); }

Error command_failed(std::int64_t exit_code) {
  return make(ErrorCode::command_failed,
              "Command failed with exit code " + std::to_string(exit_code));
}

Error exit_status_unknown() {
  return make(ErrorCode::command_failed,
              "Command ended with an unknown exit status: other code in this process waited for "
              "it, or the process ignores SIGCHLD");
}

Error killed_by_signal(int signal) {
  const auto name = signal_name(signal);
  return make(ErrorCode::command_failed,
              "Command was killed by " +
                  (name.empty() ? "signal " + std::to_string(signal) : std::string(name)));
}

Error output_size_exceeded(std::uint64_t limit) {
  return make(ErrorCode::output_size_exceeded,
              "Output size exceeded maximum of " + std::to_string(limit) + " bytes");
}

Error spawn_failed(int os_error, std::string syscall, std::string path) {
  return make_os(ErrorCode::spawn_failed, "Process spawn failed: ", os_error, std::move(syscall),
                 std::move(path));
}

Error io(int os_error, std::string syscall, std::string path) {
  return make_os(ErrorCode::io, "IO error: ", os_error, std::move(syscall), std::move(path));
}

Error stdin_not_open(std::string_view why) {
  return make(ErrorCode::io, "IO error: stdin is not open: " + std::string(why));
}

Error no_terminal() {
  return make(ErrorCode::io, "IO error: there is no terminal: the request did not ask for 'pty'");
}

Error invalid_config(std::string detail) {
  return make(ErrorCode::invalid_config, "Invalid configuration: " + std::move(detail));
}

}  // namespace errors
}  // namespace escher
