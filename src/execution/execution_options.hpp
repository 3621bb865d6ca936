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
// The directory in which the command starts; empty if it is not known.
std::string start_directory_of(const ExecutionRequest& request);
// At this moment: the directory of a relative path can be renamed. Empty = there is none.
std::string log_path_of(const ExecutionRequest& request, const Config& config,
                        const ExecutionId& id);

LaunchOptions launch_options_of(const ExecutionRequest& request, const ExecutionServices& services,
                                const ExecutionId& id);
// What the output asks of its execution.
struct OutputCalls {
  std::function<void()> after_chunk;  // of a terminal
  std::function<LogHeader()> log_header;
};
// `request`, `services` and `id` outlive the options.
ExecutionOutput::Options output_options_of(const ExecutionRequest& request,
                                           const ExecutionServices& services, const ExecutionId& id,
                                           const std::optional<Redactor>& redactor,
                                           OutputCalls calls);

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
