// The four kinds of command a request may bear. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace escher {

// `shell -c command`. Without a shell: /bin/bash, or /bin/sh where there is none.
struct ShellCommand {
  std::string command;
  std::optional<std::string> shell;
};

// A program and its arguments, no shell. A name without a slash is looked up in the PATH that the
// child will have.
struct ExecCommand {
  std::string program;
  std::vector<std::string> args;
};

// A file for an interpreter: the given one, else its `#!` line, else by its extension.
struct ScriptCommand {
  std::string path;
  std::optional<std::string> interpreter;
  std::vector<std::string> args;
};

// `aws service operation args… [--profile p] [--region r]`
struct AwsCliCommand {
  std::string service;
  std::string operation;
  std::vector<std::string> args;
  std::optional<std::string> profile;
  std::optional<std::string> region;
};

using Command = std::variant<ShellCommand, ExecCommand, ScriptCommand, AwsCliCommand>;

}  // namespace escher
