#include "policy/command_lookup.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace escher {
namespace {

using Reason = ValidationReason;

// For a child without PATH, similar to the default of execvp.
constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

constexpr std::array<const char*, 2> kDefaultShells{"/bin/bash", "/bin/sh"};

struct ExtensionRule {
  std::string_view extension;
  const char* interpreter;
};

constexpr ExtensionRule kInterpreters[] = {
    {".sh", "bash"}, {".py", "python3"}, {".js", "node"}, {".mjs", "node"}, {".cjs", "node"},
    {".ts", "node"}, {".rb", "ruby"},    {".pl", "perl"}, {".ps1", "pwsh"},
};

Error refuse(Reason reason, std::string detail) {
  return errors::validation(reason, std::move(detail));
}

bool has_slash(std::string_view path) { return path.find('/') != std::string_view::npos; }

// In lower case, with the dot. A name whose only dot is its first character has no extension.
std::string extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string extension(name.substr(dot));
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return extension;
}

// An interpreter, also that of a `#!` line, may take a name for something else: an option (`-x`,
// `+e` in shells), one of its commands (`deno test`), an assignment (`env A=b`), a URL. So a
// relative path always begins with a dot.
std::string as_operand(const std::string& path) {
  const bool is_path = path.starts_with('/') || path.starts_with("./") || path.starts_with("../");
  return is_path ? path : "./" + path;
}

// A shell parses the text after `-c` as an option if it looks like one. A space changes nothing in
// the command.
std::string as_shell_text(const std::string& command) {
  return command.starts_with('-') || command.starts_with('+') ? ' ' + command : command;
}

// `/usr/bin/python3 -u`, `/usr/bin/env python3.11`
bool is_python(std::string_view interpreter) {
  constexpr std::string_view kSpace = " \t\r";
  while (!interpreter.empty()) {
    const std::size_t first = std::min(interpreter.find_first_not_of(kSpace), interpreter.size());
    interpreter.remove_prefix(first);
    const std::string_view word = interpreter.substr(0, interpreter.find_first_of(kSpace));
    const std::string_view name = word.substr(word.rfind('/') + 1);
    if (name.starts_with("python")) return true;
    // `env` takes options and assignments before the name.
    const bool may_follow = name == "env" || word.starts_with('-') || word.find('=') != word.npos;
    if (!may_follow) return false;
    interpreter.remove_prefix(word.size());
  }
  return false;
}

// For a command line in the place of the program.
std::string advice_for(std::string_view field, std::string_view name) {
  if (field != "command.program" || name.find(' ') == std::string_view::npos) return {};
  return "; arguments belong into \"command.args\", and a command line is of the type 'shell'";
}

std::vector<std::string> argv_of(std::initializer_list<std::string_view> first,
                                 const std::vector<std::string>& rest) {
  std::vector<std::string> all;
  all.reserve(first.size() + rest.size() + 4);
  all.insert(all.end(), first.begin(), first.end());
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

CommandLookup::CommandLookup(const ChildEnvironment& env, const ExecutionRequest& request,
                             const Config& config, const FileFacts& files,
                             const RedactValue& redact)
    : path_(env.value_of("PATH").value_or(kDefaultPath)),
      request_(request),
      config_(config),
      files_(files),
      redact_(redact) {}

Result<CommandLine> CommandLookup::find(const Command& command) const {
  return std::visit([this](const auto& kind) { return find(kind); }, command);
}

Result<CommandLine> CommandLookup::find(const ShellCommand& command) const {
  std::string text = as_shell_text(command.command);
  if (command.shell) {
    auto executable = find_program("command.shell", *command.shell);
    if (executable.has_error()) return executable.error();
    return CommandLine{std::move(*executable), {*command.shell, "-c", std::move(text)}, false};
  }
  for (const char* shell : kDefaultShells) {
    if (is_executable(shell)) return CommandLine{shell, {shell, "-c", std::move(text)}, false};
  }
  return refuse(Reason::program_not_found,
                "\"command.shell\" is required: neither /bin/bash nor /bin/sh is executable");
}

Result<CommandLine> CommandLookup::find(const ExecCommand& command) const {
  auto executable = find_program("command.program", command.program);
  if (executable.has_error()) return executable.error();
  return CommandLine{std::move(*executable), argv_of({command.program}, command.args), false};
}

Result<CommandLine> CommandLookup::find(const ScriptCommand& command) const {
  const auto what = kind(command.path);
  if (what == FileFacts::Kind::missing || what == FileFacts::Kind::directory) {
    return refuse(Reason::script_not_found,
                  "\"command.path\" " +
                      std::string(what == FileFacts::Kind::missing
                                      ? "does not exist: "
                                      : "must be a file, received the directory ") +
                      quote(command.path) + start_of(command.path));
  }
  const std::string operand = as_operand(command.path);
  std::optional<std::string> shebang;
  if (!command.interpreter) {
    shebang = files_.shebang(from_host(command.path), request_.host_directory.get());
  }
  if (shebang && is_executable(command.path)) {
    return CommandLine{operand, argv_of({operand}, command.args), is_python(*shebang)};
  }
  const auto interpreter = find_interpreter(command, shebang.has_value());
  if (interpreter.has_error()) return interpreter.error();
  auto executable = find_program("command.interpreter", *interpreter);
  if (executable.has_error()) return executable.error();
  return CommandLine{std::move(*executable), argv_of({*interpreter, operand}, command.args),
                     is_python(*interpreter)};
}

Result<CommandLine> CommandLookup::find(const AwsCliCommand& command) const {
  auto executable = find_program("command", "aws");
  if (executable.has_error()) return executable.error();
  auto argv = argv_of({"aws", command.service, command.operation}, command.args);
  if (command.profile) argv.insert(argv.end(), {"--profile", *command.profile});
  if (command.region) argv.insert(argv.end(), {"--region", *command.region});
  return CommandLine{std::move(*executable), std::move(argv), false};
}

// The interpreter of the request, or the one for the extension. `has_shebang`: the script has a
// `#!` line but is not executable.
Result<std::string> CommandLookup::find_interpreter(const ScriptCommand& command,
                                                    bool has_shebang) const {
  if (command.interpreter) return *command.interpreter;
  const std::string extension = extension_of(command.path);
  if (extension == ".ts" && !config_.node_runs_typescript) {
    return refuse(Reason::invalid_command, "\"command.interpreter\" is required for " +
                                               quote(command.path) +
                                               ": this version of Node.js does not run TypeScript");
  }
  for (const auto& rule : kInterpreters) {
    if (extension == rule.extension) return std::string(rule.interpreter);
  }
  if (has_shebang) {
    return refuse(Reason::script_not_executable,
                  "\"command.path\" has a #! line but is not executable: " + quote(command.path));
  }
  return refuse(Reason::invalid_command, "\"command.interpreter\" is required for " +
                                             quote(command.path) +
                                             ": the file has no #! line and no known extension");
}

Result<std::string> CommandLookup::find_program(std::string_view field,
                                                const std::string& name) const {
  if (has_slash(name)) {
    // execve checks whether it is executable; its errno is more precise.
    if (kind(name) != FileFacts::Kind::missing) return name;
    return refuse(Reason::program_not_found, quote_field(field) +
                                                 " does not exist: " + quote(name) +
                                                 start_of(name) + advice_for(field, name));
  }
  std::string_view rest = path_;
  while (true) {
    const std::size_t colon = rest.find(':');
    std::string candidate(rest.substr(0, colon));
    // An empty entry is the current directory.
    candidate.append(candidate.empty() ? "./" : "/").append(name);
    if (is_executable(candidate)) return candidate;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  const std::string advice = advice_for(field, name);
  return refuse(Reason::program_not_found, quote_field(field) + " was not found: " + quote(name) +
                                               " is in no directory of the child's PATH" +
                                               (advice.empty() ? ", " + quote(path_) : advice));
}

// Where a relative path begins, for a message about a path that does not exist.
std::string CommandLookup::start_of(std::string_view path) const {
  if (path.starts_with('/')) return {};
  return request_.working_dir ? " in \"workingDir\" " + quote(*request_.working_dir)
                              : " in the working directory of the host";
}

std::string CommandLookup::quote(std::string_view value) const {
  return quote_value(value, redact_);
}

FileFacts::Kind CommandLookup::kind(const std::string& path) const {
  return files_.kind(from_host(path), request_.host_directory.get());
}

bool CommandLookup::is_executable(const std::string& path) const {
  return files_.is_executable(from_host(path), request_.host_directory.get());
}

std::string CommandLookup::from_host(const std::string& path) const {
  if (!request_.working_dir || path.starts_with('/')) return path;
  return *request_.working_dir + '/' + path;
}

}  // namespace escher
