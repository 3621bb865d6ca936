#include "policy/request_rules.hpp"

#include <string>
#include <string_view>
#include <variant>

#include "policy/rules.hpp"

namespace escher {
namespace {

using Broken = std::optional<Error>;
using Reason = ValidationReason;

Broken refuse(Reason reason, std::string detail) {
  return errors::validation(reason, std::move(detail));
}

Broken refuse_empty(Reason reason, std::string_view field) {
  return refuse(reason, std::string(field) + " must not be empty");
}

Broken check_nul(Reason reason, std::string_view field, std::string_view text) {
  if (!has_nul(text)) return {};
  return refuse(reason, std::string(field) + " must not contain NUL bytes");
}

// A word of the command: there, and one that can be handed to a process.
Broken check_word(Reason if_empty, std::string_view field, std::string_view text) {
  if (text.empty()) return refuse_empty(if_empty, field);
  return check_nul(Reason::invalid_command, field, text);
}

Broken check_word(std::string_view field, const std::optional<std::string>& text) {
  return text ? check_word(Reason::invalid_command, field, *text) : Broken();
}

Broken check_args(const std::vector<std::string>& args) {
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

Broken check(const ShellCommand& command) {
  if (is_blank(command.command)) return refuse_empty(Reason::empty_command, "command.command");
  if (auto broken = check_nul(Reason::invalid_command, "command.command", command.command)) {
    return broken;
  }
  return check_word("command.shell", command.shell);
}

Broken check(const ExecCommand& command) {
  if (auto broken = check_word(Reason::empty_command, "command.program", command.program)) {
    return broken;
  }
  return check_args(command.args);
}

Broken check(const ScriptCommand& command) {
  if (auto broken = check_word(Reason::empty_command, "command.path", command.path)) return broken;
  if (auto broken = check_word("command.interpreter", command.interpreter)) return broken;
  return check_args(command.args);
}

Broken check(const AwsCliCommand& command) {
  if (auto broken = check_word(Reason::missing_field, "command.service", command.service)) {
    return broken;
  }
  if (auto broken = check_word(Reason::missing_field, "command.operation", command.operation)) {
    return broken;
  }
  if (auto broken = check_args(command.args)) return broken;
  if (auto broken = check_word("command.profile", command.profile)) return broken;
  return check_word("command.region", command.region);
}

Broken check_working_dir(const std::optional<std::string>& path, const FileFacts& files) {
  if (!path) return {};
  if (path->empty()) return refuse_empty(Reason::invalid_working_dir, "workingDir");
  if (auto broken = check_nul(Reason::invalid_working_dir, "workingDir", *path)) return broken;
  switch (files.kind(*path)) {
    case FileFacts::Kind::directory:
      return {};
    case FileFacts::Kind::missing:
      return refuse(Reason::working_dir_not_found,
                    "workingDir does not exist: " + quote_value(*path));
    default:
      return refuse(Reason::invalid_working_dir,
                    "workingDir is not a directory: " + quote_value(*path));
  }
}

// No message shows a value: it may be a secret.
Broken check_environment(const std::vector<EnvironmentChange>& changes) {
  for (const auto& [name, value] : changes) {
    if (name.empty()) return refuse(Reason::invalid_env, "env: a name must not be empty");
    if (has_nul(name)) return refuse(Reason::invalid_env, "env: a name must not contain NUL bytes");
    if (name.find('=') != std::string::npos) {
      return refuse(Reason::invalid_env,
                    "env: a name must not contain '=', got " + quote_value(name));
    }
    if (value && has_nul(*value)) {
      return refuse(Reason::invalid_env,
                    "env: the value of " + quote_value(name) + " must not contain NUL bytes");
    }
  }
  return {};
}

Broken check_timeouts(const ExecutionRequest& request, const Config& config) {
  const auto refuse_number = [](std::string_view field, std::string_view what, Millis got) {
    return refuse(Reason::invalid_timeout, must_be(field, what, format_number(got.count())));
  };
  if (request.timeout && !is_positive(*request.timeout)) {
    return refuse_number("timeoutMs", "greater than 0", *request.timeout);
  }
  if (request.timeout && *request.timeout > config.max_timeout) {
    return refuse(
        Reason::timeout_too_large,
        "timeoutMs exceeds the maximum allowed: " + format_number(request.timeout->count()) +
            "ms > " + format_number(config.max_timeout.count()) + "ms (maxTimeoutMs)");
  }
  if (request.idle_timeout && !is_positive(*request.idle_timeout)) {
    return refuse_number("idleTimeoutMs", "greater than 0", *request.idle_timeout);
  }
  if (request.force_kill_after && !is_not_negative(*request.force_kill_after)) {
    return refuse_number("forceKillAfterDelayMs", "0 or greater", *request.force_kill_after);
  }
  return {};
}

Broken check_rest(const ExecutionRequest& request) {
  if (request.kill_signal && !is_signal(*request.kill_signal)) {
    return refuse(Reason::invalid_command,
                  must_be("killSignal", "a signal from 1 to " + std::to_string(kLastSignal),
                          std::to_string(*request.kill_signal)));
  }
  return check_word("outputLogPath", request.output_log_path);
}

}  // namespace

std::optional<Error> check_secrets(const ExecutionRequest& request) {
  std::string wrong = wrong_secret(request.redact);
  if (wrong.empty()) return {};
  return refuse(Reason::invalid_redact, std::move(wrong));
}

std::optional<Error> check_request(const ExecutionRequest& request, const Config& config,
                                   const FileFacts& files) {
  if (!parse_id(request.id)) {
    return refuse(Reason::invalid_id, must_be("id", "a UUID", quote_value(request.id)));
  }
  const auto check_command = [](const auto& command) { return check(command); };
  if (auto broken = std::visit(check_command, request.command)) return broken;
  if (auto broken = check_working_dir(request.working_dir, files)) return broken;
  if (auto broken = check_environment(request.env)) return broken;
  if (auto broken = check_timeouts(request, config)) return broken;
  return check_rest(request);
}

}  // namespace escher
