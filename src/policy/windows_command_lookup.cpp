#include "policy/windows_command_lookup.hpp"

#include <utility>
#include <variant>

#include "policy/windows_paths.hpp"
#include "policy/windows_quoting.hpp"

namespace escher::windows {
namespace {

using Reason = ValidationReason;

constexpr std::string_view kDefaultSystemRoot = "C:\\Windows";

struct ExtensionRule {
  std::string_view extension;
  const char* interpreter;
};

// Files that the system itself does not run.
constexpr ExtensionRule kInterpreters[] = {
    {".sh", "bash"}, {".py", "python"}, {".js", "node"}, {".mjs", "node"},       {".cjs", "node"},
    {".ts", "node"}, {".rb", "ruby"},   {".pl", "perl"}, {".ps1", "powershell"},
};

Error refuse(Reason reason, std::string detail) {
  return errors::validation(reason, std::move(detail));
}

// `powershell` for `C:\x\PowerShell.EXE`.
std::string base_name_of(std::string_view path) {
  std::string name(path.substr(path.find_last_of("\\/") + 1));
  const std::string extension = lower_extension_of(name);
  if (extension == ".exe") name.resize(name.size() - extension.size());
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

bool is_powershell(std::string_view name) { return name == "powershell" || name == "pwsh"; }

// An interpreter may take a name for something else, for example an option.
std::string as_operand(const std::string& path) {
  const bool is_path = is_absolute(path) || path.starts_with(".\\") || path.starts_with("./") ||
                       path.starts_with("..\\") || path.starts_with("../");
  return is_path ? path : ".\\" + path;
}

bool is_system_script(std::string_view extension) {
  return extension == ".exe" || extension == ".com" || extension == ".bat" || extension == ".cmd";
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

}  // namespace

WindowsCommandLookup::WindowsCommandLookup(const ChildEnvironment& env,
                                           const ExecutionRequest& request, const Config& config,
                                           const FileFacts& files, const RedactValue& redact)
    : path_(env.value_of("PATH").value_or("")),
      extensions_(env.value_of("PATHEXT").value_or(kDefaultExtensions)),
      command_processor_(std::string(env.value_of("SystemRoot").value_or(kDefaultSystemRoot)) +
                         "\\System32\\cmd.exe"),
      request_(request),
      config_(config),
      files_(files),
      redact_(redact) {}

Result<CommandLine> WindowsCommandLookup::find(const Command& command) const {
  return std::visit([this](const auto& kind) { return find(kind); }, command);
}

Result<CommandLine> WindowsCommandLookup::find(const ShellCommand& command) const {
  if (!command.shell) return shell_line(command_processor_, command);
  auto executable = find_program("command.shell", *command.shell);
  if (executable.has_error()) return executable.error();
  return shell_line(std::move(*executable), command);
}

Result<CommandLine> WindowsCommandLookup::shell_line(std::string executable,
                                                     const ShellCommand& command) const {
  const std::string name = base_name_of(executable);
  const std::string& text = command.command;
  if (name == "cmd") {
    const std::string shown = command.shell.value_or("cmd.exe");
    const std::size_t last = text.find_last_not_of("\r\n");
    const std::string_view trimmed = std::string_view(text).substr(0, last + 1);
    if (trimmed.find_first_of("\r\n") != std::string_view::npos) {
      return refuse(Reason::invalid_command,
                    "\"command.command\" must not contain line breaks: cmd.exe runs the first "
                    "line only; join commands with '&&', or use \"shell\": 'powershell'");
    }
    return CommandLine{std::move(executable),
                       {shown, "/d", "/s", "/c", std::string(trimmed)},
                       false,
                       shell_line_of(shown, trimmed)};
  }
  if (is_powershell(name)) {
    return line_of(std::move(executable),
                   {*command.shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", text});
  }
  return line_of(std::move(executable), {*command.shell, "-c", text});
}

Result<CommandLine> WindowsCommandLookup::find(const ExecCommand& command) const {
  auto executable = find_program("command.program", command.program);
  if (executable.has_error()) return executable.error();
  return line_of(std::move(*executable), joined({command.program}, command.args));
}

Result<CommandLine> WindowsCommandLookup::find(const ScriptCommand& command) const {
  if (!is_file(command.path)) {
    return refuse(Reason::script_not_found,
                  "\"command.path\" is no file: " + quote(command.path) + start_of(command.path));
  }
  const std::string operand = as_operand(command.path);
  if (!command.interpreter && is_system_script(lower_extension_of(command.path))) {
    return line_of(operand, joined({operand}, command.args));
  }
  auto interpreter = interpreter_of(command);
  if (interpreter.has_error()) return interpreter.error();
  auto executable = find_program("command.interpreter", interpreter->front());
  if (executable.has_error()) return executable.error();
  interpreter->push_back(operand);
  const bool is_python = base_name_of(interpreter->front()).starts_with("python");
  auto line = line_of(std::move(*executable), joined(std::move(*interpreter), command.args));
  if (line) line->is_python = is_python;
  return line;
}

Result<CommandLine> WindowsCommandLookup::find(const AwsCliCommand& command) const {
  auto executable = find_program("command", "aws");
  if (executable.has_error()) return executable.error();
  auto argv = joined({"aws", command.service, command.operation}, command.args);
  if (command.profile) argv.insert(argv.end(), {"--profile", *command.profile});
  if (command.region) argv.insert(argv.end(), {"--region", *command.region});
  return line_of(std::move(*executable), std::move(argv));
}

Result<std::vector<std::string>> WindowsCommandLookup::interpreter_of(
    const ScriptCommand& command) const {
  std::string interpreter = command.interpreter.value_or("");
  const std::string extension = lower_extension_of(command.path);
  for (const auto& rule : kInterpreters) {
    if (interpreter.empty() && extension == rule.extension) interpreter = rule.interpreter;
  }
  const bool needs_node = !command.interpreter && extension == ".ts";
  if (interpreter.empty() || (needs_node && !config_.node_runs_typescript)) {
    return refuse(Reason::invalid_command,
                  "\"command.interpreter\" is required for " + quote(command.path) +
                      (needs_node ? ": this version of Node.js does not run TypeScript"
                                  : ": the file has no known extension"));
  }
  if (!is_powershell(base_name_of(interpreter))) return std::vector<std::string>{interpreter};
  return std::vector<std::string>{interpreter,        "-NoLogo", "-NoProfile", "-NonInteractive",
                                  "-ExecutionPolicy", "Bypass",  "-File"};
}

Result<CommandLine> WindowsCommandLookup::line_of(std::string executable,
                                                  std::vector<std::string> argv) const {
  if (!is_batch_file(executable)) {
    if (argv.front().find('"') != std::string::npos) {
      return refuse(Reason::invalid_command, "\"command.program\" must not contain '\"'");
    }
    std::string text = command_line_of(argv);
    return CommandLine{std::move(executable), std::move(argv), false, std::move(text)};
  }
  const std::vector<std::string> arguments(argv.begin() + 1, argv.end());
  auto text = batch_line_of(executable, arguments);
  if (text.has_error()) return text.error();
  return CommandLine{command_processor_, std::move(argv), false, std::move(*text)};
}

std::optional<std::string> WindowsCommandLookup::find_in(const std::string& directory,
                                                         std::string_view name) const {
  for (const std::string& candidate : program_names_of(name, extensions_)) {
    std::string path = directory + candidate;
    if (is_file(path)) return path;
  }
  return std::nullopt;
}

Result<std::string> WindowsCommandLookup::find_program(std::string_view field,
                                                       const std::string& name) const {
  if (is_path(name)) {
    // A file without an extension that is named by its path is left to the system.
    auto found = find_in("", name);
    if (!found && is_file(name)) found = name;
    if (found) return *found;
    return refuse(Reason::program_not_found,
                  quote_field(field) + " does not exist: " + quote(name) + start_of(name));
  }
  for (std::string directory : path_entries_of(path_)) {
    if (!directory.ends_with('\\') && !directory.ends_with('/')) directory += '\\';
    if (auto found = find_in(directory, name)) return *found;
  }
  return refuse(Reason::program_not_found,
                quote_field(field) + " was not found: " + quote(name) +
                    " is in no directory of the child's PATH, with the extensions " +
                    quote(extensions_));
}

std::string WindowsCommandLookup::start_of(std::string_view path) const {
  if (is_absolute(path)) return {};
  return request_.working_dir ? " in \"workingDir\" " + quote(*request_.working_dir)
                              : " in the working directory of the host";
}

std::string WindowsCommandLookup::quote(std::string_view value) const {
  return quote_value(value, redact_);
}

bool WindowsCommandLookup::is_file(const std::string& path) const {
  return files_.kind(from_host(path), request_.host_directory.get()) == FileFacts::Kind::file;
}

std::string WindowsCommandLookup::from_host(const std::string& path) const {
  if (!request_.working_dir || is_absolute(path)) return path;
  return *request_.working_dir + '\\' + path;
}

}  // namespace escher::windows
