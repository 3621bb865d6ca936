#include "engine/request_checks.hpp"

#include <string>
#include <utility>

#include "engine/request_refusals.hpp"
#include "execution/execution.hpp"
#include "policy/assumed_files.hpp"
#include "policy/request_rules.hpp"

namespace escher {
namespace {

RedactValue redaction_of(const Execution& execution) {
  return [&execution](std::string_view value) { return execution.redacted(std::string(value)); };
}

}  // namespace

Result<ResolvedCommand> RequestChecks::resolve(const Execution& execution) const {
  return escher::resolve(execution.request(), config_, files_, redaction_of(execution));
}

std::optional<Error> RequestChecks::refuse(const Execution& execution) {
  if (auto error = refuse_directory(execution.request())) return error;
  if (auto error = refuse_terminal(execution.request())) return error;
  return refuse_unknown_to_system(execution);
}

Result<void> RequestChecks::check(const Execution& execution, bool with_files) const {
  if (auto error = refuse(execution)) return std::move(*error);
  if (with_files) {
    const auto command = resolve(execution);
    if (!command) return command.error();
  } else if (auto error = check_request(execution.request(), config_, AssumedFiles(),
                                        redaction_of(execution))) {
    return std::move(*error);
  }
  if (auto error = refuse_limits(execution)) return std::move(*error);
  return {};
}

}  // namespace escher
