// From a command to the arguments of CreateProcess: the file to execute and the command line. Pure,
// apart from the file system behind FileFacts, and tested on every platform; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/request.hpp"
#include "policy/child_environment.hpp"
#include "policy/command_lookup.hpp"
#include "policy/file_facts.hpp"
#include "policy/rules.hpp"

namespace escher::windows {

// Resolves names by the PATH and PATHEXT of the child. The working directory is not searched, as
// with NoDefaultCurrentDirectoryInExePath: a program that lies there must be given as `.\name`.
class WindowsCommandLookup {
 public:
  // The references outlive it.
  WindowsCommandLookup(const ChildEnvironment& env, const ExecutionRequest& request,
                       const Config& config, const FileFacts& files, const RedactValue& redact);

  Result<CommandLine> find(const Command& command) const;

 private:
  Result<CommandLine> find(const ShellCommand& command) const;
  Result<CommandLine> find(const ExecCommand& command) const;
  Result<CommandLine> find(const ScriptCommand& command) const;
  Result<CommandLine> find(const AwsCliCommand& command) const;

  Result<std::string> find_program(std::string_view field, const std::string& name) const;
  std::optional<std::string> find_in(const std::string& directory, std::string_view name) const;
  // The line for the file, which may be a batch file.
  Result<CommandLine> line_of(std::string executable, std::vector<std::string> argv) const;
  Result<CommandLine> shell_line(std::string executable, const ShellCommand& command) const;
  Result<std::vector<std::string>> interpreter_of(const ScriptCommand& command) const;
  bool is_file(const std::string& path) const;
  std::string from_host(const std::string& path) const;
  std::string quote(std::string_view value) const;
  std::string start_of(std::string_view path) const;

  const std::string path_;
  const std::string extensions_;
  const std::string command_processor_;  // cmd.exe, by its path
  const ExecutionRequest& request_;
  const Config& config_;
  const FileFacts& files_;
  const RedactValue& redact_;
};

}  // namespace escher::windows
