// The rules for a request that are checked before its command is looked up. Pure; any thread.
#pragma once

#include <optional>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/request.hpp"
#include "policy/file_facts.hpp"
#include "policy/rules.hpp"

namespace escher {

// The rule for the secrets of a request. It comes before all others, because the message of any
// other rule is redacted with these secrets.
std::optional<Error> check_secrets(const ExecutionRequest& request);

// Returns the error for the first violated rule, or nothing. The order is: id, command, working
// directory, environment, timeouts, the rest. `redact` removes the secrets from values in messages.
std::optional<Error> check_request(const ExecutionRequest& request, const Config& config,
                                   const FileFacts& files, const RedactValue& redact);

}  // namespace escher
