// From a request to what a launch needs. Pure, apart from the file system behind FileFacts; any
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/request.hpp"
#include "policy/file_facts.hpp"
#include "policy/rules.hpp"

namespace escher {

struct ResolvedCommand {
  // The file to execute: absolute, or relative to the working directory of the child.
  std::string executable;
  std::vector<std::string> argv;
  std::shared_ptr<const Environment> env;
  // Windows: the line that the program takes apart itself; elsewhere it is empty.
  std::string command_line{};
};

// Checks the rules for a request in the order of the contract (id, command, working directory,
// environment, timeouts), then looks the program up in the PATH of the child. `redact` removes the
// secrets from values in messages.
Result<ResolvedCommand> resolve(const ExecutionRequest& request, const Config& config,
                                const FileFacts& files, const RedactValue& redact = {});

}  // namespace escher
