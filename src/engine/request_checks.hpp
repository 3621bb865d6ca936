// The checks of a request before its admission: by the rules, by the file system and by what the
// system can do. The spawn thread. Owned by the dispatcher.
#pragma once

#include <optional>

#include "model/error.hpp"
#include "policy/resolved_command.hpp"

namespace escher {

struct Config;
class Execution;
class FileFacts;

class RequestChecks {
 public:
  // Both outlive it.
  RequestChecks(const Config& config, const FileFacts& files) : config_(config), files_(files) {}

  // The command as it would be launched now.
  Result<ResolvedCommand> resolve(const Execution& execution) const;
  // What needs no files.
  static std::optional<Error> refuse(const Execution& execution);
  // All checks, in the order of an admission. Without files: not whether the program, the script
  // and the working directory exist.
  Result<void> check(const Execution& execution, bool with_files) const;

 private:
  const Config& config_;
  const FileFacts& files_;
};

}  // namespace escher
