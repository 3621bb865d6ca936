// From a command to what execve is given: the file to execute and its words. Pure, apart from the
// file system behind FileFacts; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/child_environment.hpp"
#include "policy/validation.hpp"

namespace escher {

struct CommandLine {
  std::string executable;
  std::vector<std::string> argv;
};

// Sees the file system as the child will: relative paths begin in its working directory, programs
// are looked for in its PATH.
class CommandLookup {
 public:
  CommandLookup(const ChildEnvironment& env, const std::optional<std::string>& working_dir,
                const Config& config, const FileFacts& files);

  Result<CommandLine> find(const Command& command) const;

 private:
  Result<CommandLine> find(const ShellCommand& command) const;
  Result<CommandLine> find(const ExecCommand& command) const;
  Result<CommandLine> find(const ScriptCommand& command) const;
  Result<CommandLine> find(const AwsCliCommand& command) const;

  // The file to execute for the program that `field` of the request names.
  Result<std::string> find_program(std::string_view field, const std::string& name) const;
  Result<std::string> find_interpreter(const ScriptCommand& command, bool has_shebang) const;
  std::string from_host(const std::string& path) const;

  std::string path_;
  const std::optional<std::string>& working_dir_;
  const Config& config_;
  const FileFacts& files_;
};

}  // namespace escher
