// From a command to the arguments of execve: the file to execute and argv. Pure, apart from the
// file system behind FileFacts; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/request.hpp"
#include "policy/child_environment.hpp"
#include "policy/file_facts.hpp"
#include "policy/rules.hpp"

namespace escher {

struct CommandLine {
  std::string executable;
  std::vector<std::string> argv;
  // It is a script that Python runs.
  bool is_python = false;
  // Windows: how `argv` is written as one line. Empty elsewhere.
  std::string text{};
};

// Resolves names like the child does: relative paths in its working directory, programs in its
// PATH. Not by find_executable of Boost.Process: that resolves relative entries of PATH in the
// directory of the host, looks up names with a slash in PATH, and has no default PATH.
class CommandLookup {
 public:
  // The references outlive it.
  CommandLookup(const ChildEnvironment& env, const ExecutionRequest& request, const Config& config,
                const FileFacts& files, const RedactValue& redact);

  Result<CommandLine> find(const Command& command) const;

 private:
  Result<CommandLine> find(const ShellCommand& command) const;
  Result<CommandLine> find(const ExecCommand& command) const;
  Result<CommandLine> find(const ScriptCommand& command) const;
  Result<CommandLine> find(const AwsCliCommand& command) const;

  // The file to execute for a program; `field` of the request names it.
  Result<std::string> find_program(std::string_view field, const std::string& name) const;
  Result<std::string> find_interpreter(const ScriptCommand& command, bool has_shebang) const;
  FileFacts::Kind kind(const std::string& path) const;
  bool is_executable(const std::string& path) const;
  // The path from the working directory of the host, for a path that the child resolves in its own.
  std::string from_host(const std::string& path) const;
  std::string quote(std::string_view value) const;
  std::string start_of(std::string_view path) const;

  std::string path_;
  const ExecutionRequest& request_;
  const Config& config_;
  const FileFacts& files_;
  const RedactValue& redact_;
};

}  // namespace escher
