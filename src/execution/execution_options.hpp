// The effective options of an execution: a field of its request takes precedence over the same
// field of the configuration. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "execution/execution_output.hpp"
#include "model/config.hpp"
#include "model/id.hpp"
#include "model/request.hpp"
#include "model/stop.hpp"
#include "output/redaction/redactor.hpp"
#include "process/launch.hpp"

namespace escher {

struct ExecutionServices;

Millis timeout_of(const ExecutionRequest& request, const Config& config);
// At least one. `killSignal` and `forceKillAfterDelayMs` are the short form of one step.
StopSteps stop_of(const ExecutionRequest& request, const Config& config);
// Bytes kept per stream.
std::uint64_t output_limit_of(const ExecutionRequest& request, const Config& config);
// At this moment: the directory of a relative path can be renamed. Empty = there is none.
std::string log_path_of(const ExecutionRequest& request, const Config& config,
                        const ExecutionId& id);

LaunchOptions launch_options_of(const ExecutionRequest& request, const ExecutionServices& services,
                                const ExecutionId& id);
// `request`, `services` and `id` outlive the options.
// `after_chunk`: called for a terminal.
ExecutionOutput::Options output_options_of(const ExecutionRequest& request,
                                           const ExecutionServices& services, const ExecutionId& id,
                                           const std::optional<Redactor>& redactor,
                                           std::function<void()> after_chunk);

// Errors that an execution has met, if it has met them.
struct OutcomeErrors {
  const std::optional<Error>& launch;
  const std::optional<Error>& read;
};

// Why the execution did not succeed; nothing on success.
std::optional<Error> outcome_error(const ExecutionResult& result, EndCause cause,
                                   const ExecutionRequest& request, const Config& config,
                                   const OutcomeErrors& errors_met);

}  // namespace escher
