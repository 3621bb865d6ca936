// The four kinds of command that a request can have. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace escher {

// `shell -c command`. The default shell is /bin/bash, or /bin/sh if that does not exist.
struct ShellCommand {
  std::string command;
  std::optional<std::string> shell;
};

// A program and its arguments, without a shell. A name without a slash is looked up in the PATH of
// the child.
struct ExecCommand {
  std::string program;
  std::vector<std::string> args;
};

// A file for an interpreter: the given one, else that of its `#!` line, else the one for its
// extension.
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
