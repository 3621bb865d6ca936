// The rules of a request that stand before its command is looked up. Pure; any thread.
#pragma once

#include <optional>

#include "policy/validation.hpp"

namespace escher {

// The first broken rule, or nothing: id, command, working directory, environment, timeouts, rest.
std::optional<Error> check_request(const ExecutionRequest& request, const Config& config,
                                   const FileFacts& files);

}  // namespace escher
