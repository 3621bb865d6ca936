// The authoritative rules for configurations and requests, apart from the lookups in the file
// system that a caller passes in. Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/request.hpp"

namespace escher {

// What validation has to ask the file system. Paths are absolute or relative to the host's working
// directory.
class FileFacts {
 public:
  enum class Kind { missing, file, directory, other };
  virtual ~FileFacts() = default;
  virtual Kind kind(const std::string& path) const = 0;
  // A regular file (or what a link leads to) that this user may execute.
  virtual bool is_executable(const std::string& path) const = 0;
  // The file begins with `#!`.
  virtual bool has_shebang(const std::string& path) const = 0;
};

// The first broken rule, or nothing.
std::optional<Error> validate(const Config& config);

// A request whose command is found and whose numbers are settled: what a launch needs.
struct ResolvedCommand {
  // What is executed; absolute, or relative to the child's working directory.
  std::string executable;
  std::vector<std::string> argv;
  std::shared_ptr<const Environment> env;
};

// The rule for the secrets of a request, which comes before all others.
std::optional<Error> check_secrets(const ExecutionRequest& request);

// All rules in the order of the contract: id, command, working directory, environment, timeouts,
// then the lookup of the program in the PATH that the child will have.
Result<ResolvedCommand> resolve(const ExecutionRequest& request, const Config& config,
                                const FileFacts& files);

// How the command is shown to people and in listings: the text of a shell command, else the words,
// quoted where a shell would need it.
std::string describe(const Command& command);

}  // namespace escher
