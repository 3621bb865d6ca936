#include "policy/command_lookup.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "policy/rules.hpp"

namespace escher {
namespace {

using Reason = ValidationReason;

// For a child without PATH; execvp has a default much like it.
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

// In lower case, with its dot; a name that begins with its only dot has none.
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

// A path that no interpreter can take for an option, its own or that of a `#!` line.
std::string as_operand(const std::string& path) {
  return path.starts_with('-') ? "./" + path : path;
}

std::vector<std::string> words(std::initializer_list<std::string_view> first,
                               const std::vector<std::string>& rest) {
  std::vector<std::string> all;
  all.reserve(first.size() + rest.size() + 4);
  all.insert(all.end(), first.begin(), first.end());
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

CommandLookup::CommandLookup(const ChildEnvironment& env,
                             const std::optional<std::string>& working_dir, const Config& config,
                             const FileFacts& files)
    : path_(env.value_of("PATH").value_or(kDefaultPath)),
      working_dir_(working_dir),
      config_(config),
      files_(files) {}

Result<CommandLine> CommandLookup::find(const Command& command) const {
  return std::visit([this](const auto& kind) { return find(kind); }, command);
}

Result<CommandLine> CommandLookup::find(const ShellCommand& command) const {
  if (command.shell) {
    auto executable = find_program("command.shell", *command.shell);
    if (executable.has_error()) return executable.error();
    return CommandLine{std::move(*executable), {*command.shell, "-c", command.command}};
  }
  for (const char* shell : kDefaultShells) {
    if (files_.is_executable(shell)) return CommandLine{shell, {shell, "-c", command.command}};
  }
  return refuse(Reason::program_not_found,
                "command.shell is not given, and there is neither /bin/bash nor /bin/sh");
}

Result<CommandLine> CommandLookup::find(const ExecCommand& command) const {
  auto executable = find_program("command.program", command.program);
  if (executable.has_error()) return executable.error();
  return CommandLine{std::move(*executable), words({command.program}, command.args)};
}

Result<CommandLine> CommandLookup::find(const ScriptCommand& command) const {
  const std::string path = from_host(command.path);
  const auto kind = files_.kind(path);
  if (kind == FileFacts::Kind::missing || kind == FileFacts::Kind::directory) {
    return refuse(Reason::script_not_found,
                  "command.path " +
                      std::string(kind == FileFacts::Kind::missing ? "does not exist: "
                                                                   : "is a directory: ") +
                      quote_value(command.path));
  }
  const std::string operand = as_operand(command.path);
  const bool has_shebang = !command.interpreter && files_.has_shebang(path);
  if (has_shebang && files_.is_executable(path)) {
    return CommandLine{operand, words({operand}, command.args)};
  }
  const auto interpreter = find_interpreter(command, has_shebang);
  if (interpreter.has_error()) return interpreter.error();
  auto executable = find_program("command.interpreter", *interpreter);
  if (executable.has_error()) return executable.error();
  return CommandLine{std::move(*executable), words({*interpreter, operand}, command.args)};
}

Result<CommandLine> CommandLookup::find(const AwsCliCommand& command) const {
  auto executable = find_program("command", "aws");
  if (executable.has_error()) return executable.error();
  auto argv = words({"aws", command.service, command.operation}, command.args);
  if (command.profile) argv.insert(argv.end(), {"--profile", *command.profile});
  if (command.region) argv.insert(argv.end(), {"--region", *command.region});
  return CommandLine{std::move(*executable), std::move(argv)};
}

// The given one, or the one for the extension. `has_shebang`: of a script that cannot be executed.
Result<std::string> CommandLookup::find_interpreter(const ScriptCommand& command,
                                                    bool has_shebang) const {
  if (command.interpreter) return *command.interpreter;
  const std::string extension = extension_of(command.path);
  if (extension == ".ts" && !config_.node_runs_typescript) {
    return refuse(Reason::invalid_command, "command.interpreter must be given for " +
                                               quote_value(command.path) +
                                               ": this version of node does not run TypeScript");
  }
  for (const auto& rule : kInterpreters) {
    if (extension == rule.extension) return std::string(rule.interpreter);
  }
  if (has_shebang) {
    return refuse(
        Reason::script_not_executable,
        "command.path has a #! line, but is not executable: " + quote_value(command.path));
  }
  return refuse(Reason::invalid_command,
                "command.interpreter must be given for " + quote_value(command.path) +
                    ": it has no #! line that can be executed, and no known extension");
}

Result<std::string> CommandLookup::find_program(std::string_view field,
                                                const std::string& name) const {
  if (has_slash(name)) {
    // Whether it may be executed is left to execve, whose errno says more.
    if (files_.kind(from_host(name)) != FileFacts::Kind::missing) return name;
    return refuse(Reason::program_not_found,
                  std::string(field) + " does not exist: " + quote_value(name));
  }
  std::string_view rest = path_;
  while (true) {
    const std::size_t colon = rest.find(':');
    std::string candidate(rest.substr(0, colon));
    // An empty entry is the current directory.
    candidate.append(candidate.empty() ? "./" : "/").append(name);
    if (files_.is_executable(from_host(candidate))) return candidate;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return refuse(Reason::program_not_found, std::string(field) + " not found: " + quote_value(name) +
                                               " is in no directory of the PATH of the child, " +
                                               quote_value(path_));
}

// A path as the child will see it, for the host to look at.
std::string CommandLookup::from_host(const std::string& path) const {
  if (!working_dir_ || path.starts_with('/')) return path;
  return *working_dir_ + '/' + path;
}

}  // namespace escher
