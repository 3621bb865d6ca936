#include "policy/request_rules.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "policy/rules.hpp"

namespace escher {
namespace {

// A renewal must come in time although its caller is busy.
constexpr Millis kShortestLease{100};

using Violation = std::optional<Error>;
using Reason = ValidationReason;

Violation refuse(Reason reason, std::string detail) {
  return errors::validation(reason, std::move(detail));
}

Violation refuse_empty(Reason reason, std::string_view field) {
  return refuse(reason, quote_field(field) + " must not be empty");
}

Violation check_nul(Reason reason, std::string_view field, std::string_view text) {
  if (!has_nul(text)) return {};
  return refuse(reason, quote_field(field) + " must not contain NUL bytes");
}

// An argument of the command must not be empty and must fit into argv.
Violation check_word(Reason if_empty, std::string_view field, std::string_view text) {
  if (text.empty()) return refuse_empty(if_empty, field);
  return check_nul(Reason::invalid_command, field, text);
}

Violation check_word(std::string_view field, const std::optional<std::string>& text) {
  return text ? check_word(Reason::invalid_command, field, *text) : Violation();
}

Violation check_args(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (has_nul(args[i])) {
      return check_nul(Reason::invalid_command, "command.args[" + std::to_string(i) + "]", args[i]);
    }
  }
  return {};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
}

Violation check(const ShellCommand& command) {
  if (is_blank(command.command)) return refuse_empty(Reason::empty_command, "command.command");
  if (auto violation = check_nul(Reason::invalid_command, "command.command", command.command)) {
    return violation;
  }
  return check_word("command.shell", command.shell);
}

Violation check(const ExecCommand& command) {
  if (auto violation = check_word(Reason::empty_command, "command.program", command.program)) {
    return violation;
  }
  return check_args(command.args);
}

Violation check(const ScriptCommand& command) {
  if (auto violation = check_word(Reason::empty_command, "command.path", command.path))
    return violation;
  if (auto violation = check_word("command.interpreter", command.interpreter)) return violation;
  return check_args(command.args);
}

// The name of a service or an operation: the CLI would parse `--x` as an option.
Violation check_aws_name(std::string_view field, const std::string& name) {
  if (auto violation = check_word(Reason::missing_field, field, name)) return violation;
  if (!name.starts_with('-')) return {};
  return refuse(Reason::invalid_command, quote_field(field) + " must not begin with '-'");
}

Violation check(const AwsCliCommand& command) {
  if (auto violation = check_aws_name("command.service", command.service)) return violation;
  if (auto violation = check_aws_name("command.operation", command.operation)) return violation;
  if (auto violation = check_args(command.args)) return violation;
  if (auto violation = check_word("command.profile", command.profile)) return violation;
  return check_word("command.region", command.region);
}

Violation check_working_dir(const ExecutionRequest& request, const FileFacts& files,
                            const RedactValue& redact) {
  const auto& path = request.working_dir;
  if (!path) return {};
  if (path->empty()) return refuse_empty(Reason::invalid_working_dir, "workingDir");
  if (auto violation = check_nul(Reason::invalid_working_dir, "workingDir", *path))
    return violation;
  switch (files.kind(*path, request.host_directory.get())) {
    case FileFacts::Kind::directory:
      return {};
    case FileFacts::Kind::missing:
      return refuse(Reason::working_dir_not_found,
                    "\"workingDir\" does not exist: " + quote_value(*path, redact) +
                        (path->starts_with('/') ? "" : " in the working directory of the host"));
    default:
      return refuse(Reason::invalid_working_dir,
                    must_be("workingDir", "a directory", quote_value(*path, redact)));
  }
}

// A message must not contain a value, which may be a secret.
Violation check_environment(const std::vector<EnvironmentChange>& changes,
                            const RedactValue& redact) {
  for (const auto& [name, value] : changes) {
    if (name.empty()) return refuse(Reason::invalid_env, "\"env\" must not contain an empty name");
    if (has_nul(name))
      return refuse(Reason::invalid_env, "\"env\" must not contain a name with NUL bytes");
    if (name.find('=') != std::string::npos) {
      return refuse(Reason::invalid_env, "\"env\" must not contain a name with '=', received " +
                                             quote_value(name, redact));
    }
    if (value && has_nul(*value)) {
      return refuse(Reason::invalid_env, "\"env\" must not contain NUL bytes in the value of " +
                                             quote_value(name, redact));
    }
  }
  return {};
}

Violation check_timeouts(const ExecutionRequest& request, const Config& config) {
  const auto refuse_number = [](std::string_view field, std::string_view what, Millis received) {
    return refuse(Reason::invalid_timeout, must_be(field, what, format_number(received.count())));
  };
  if (request.timeout && !is_positive(*request.timeout)) {
    return refuse_number("timeoutMs", "greater than 0", *request.timeout);
  }
  if (request.timeout && *request.timeout > config.max_timeout) {
    return refuse(
        Reason::timeout_too_large,
        must_be("timeoutMs",
                "at most \"maxTimeoutMs\" (" + format_number(config.max_timeout.count()) + ")",
                format_number(request.timeout->count())));
  }
  if (request.idle_timeout && !is_positive(*request.idle_timeout)) {
    return refuse_number("idleTimeoutMs", "greater than 0", *request.idle_timeout);
  }
  if (request.lease &&
      !(*request.lease >= kShortestLease && std::isfinite(request.lease->count()))) {
    return refuse_number(
        "leaseMs", "a finite number of " + format_number(kShortestLease.count()) + " or greater",
        *request.lease);
  }
  if (request.force_kill_after && !is_not_negative(*request.force_kill_after)) {
    return refuse_number("forceKillAfterDelayMs", "0 or greater", *request.force_kill_after);
  }
  return {};
}

Violation check_stop(const ExecutionRequest& request) {
  if (!request.stop) return {};
  if (request.kill_signal || request.force_kill_after) {
    return refuse(Reason::invalid_stop,
                  "\"stop\" cannot be used together with " +
                      quote_field(request.kill_signal ? "killSignal" : "forceKillAfterDelayMs") +
                      ", which is its short form");
  }
  std::string problem = problem_with_stop(*request.stop);
  if (problem.empty()) return {};
  return refuse(Reason::invalid_stop, std::move(problem));
}

Violation check_terminal(const ExecutionRequest& request) {
  if (!request.pty) return {};
  return check_nul(Reason::invalid_env, "pty.term", request.pty->term);
}

// By their text. A link to the directory is found when the second file is opened: the first one is
// locked.
bool is_same_path(const std::string& one, const std::string& other) {
  return std::filesystem::path(one).lexically_normal() ==
         std::filesystem::path(other).lexically_normal();
}

Violation check_files(const ExecutionRequest& request) {
  if (auto violation = check_word("recordPath", request.record_path)) return violation;
  if (auto violation = check_word("outputLogPath", request.output_log_path)) return violation;
  if (!request.record_path || !request.output_log_path ||
      !is_same_path(*request.record_path, *request.output_log_path)) {
    return {};
  }
  return refuse(Reason::invalid_command,
                "\"recordPath\" must not be the file of \"outputLogPath\"");
}

Violation check_rest(const ExecutionRequest& request) {
  if (request.kill_signal && !is_signal(*request.kill_signal)) {
    return refuse(Reason::invalid_command,
                  must_be("killSignal", "a signal from 1 to " + std::to_string(kLastSignal),
                          std::to_string(*request.kill_signal)));
  }
  return check_files(request);
}

}  // namespace

std::optional<Error> check_secrets(const ExecutionRequest& request) {
  std::string problem = problem_with_secrets(request.redact);
  if (problem.empty()) return {};
  return refuse(Reason::invalid_redact, std::move(problem));
}

std::optional<Error> check_request(const ExecutionRequest& request, const Config& config,
                                   const FileFacts& files, const RedactValue& redact) {
  if (!parse_id(request.id)) {
    return refuse(Reason::invalid_id, must_be("id", "a UUID", quote_value(request.id, redact)));
  }
  const auto check_command = [](const auto& command) { return check(command); };
  if (auto violation = std::visit(check_command, request.command)) return violation;
  if (auto violation = check_working_dir(request, files, redact)) return violation;
  if (auto violation = check_terminal(request)) return violation;
  if (auto violation = check_environment(request.env, redact)) return violation;
  if (auto violation = check_timeouts(request, config)) return violation;
  if (auto violation = check_stop(request)) return violation;
  return check_rest(request);
}

}  // namespace escher
