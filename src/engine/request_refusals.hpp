// Why a request is refused at its admission, beside the rules of policy/: what this process and
// this machine cannot do. For the dispatcher, on the spawn thread.
#pragma once

#include <optional>

#include "model/error.hpp"

namespace escher {

class Execution;
struct ExecutionRequest;

// What was found at the admission is gone: the failure that the launch would have met.
Error as_spawn_failure(const Error& refusal, const ExecutionRequest& request);

// No descriptor was left for the working directory of the host: the command must not run in
// another.
std::optional<Error> refuse_directory(const ExecutionRequest& request);

std::optional<Error> refuse_terminal(const ExecutionRequest& request);

// A limit that cannot be enforced is refused, not ignored.
// What has no meaning on this system, by the name of its field.
std::optional<Error> refuse_unknown_to_system(const Execution& execution);

std::optional<Error> refuse_limits(const Execution& execution);

}  // namespace escher
