// What an execution needs from the engine around it: the services that all executions share, and
// the calls by which it reports. Implemented by the engine; outlives every execution.
#pragma once

#include <atomic>
#include <memory>

#include "model/result.hpp"

namespace escher {

struct Config;
class EngineCgroups;
class EventSink;
class Execution;
class FlowControl;
class HostState;
class Journal;
class Marker;
class OverflowDirectory;
class RedactorCache;
struct Statistics;
class TreeScanner;
class Watchdog;

struct ExecutionServices {
  const Config& config;
  EventSink& sink;
  FlowControl& flow;
  Statistics& statistics;
  TreeScanner& scanner;
  const Marker& marker;
  Watchdog& watchdog;
  EngineCgroups& cgroups;
  HostState& host_state;
  RedactorCache& redactors;
  OverflowDirectory& overflow;
  Journal* journal;  // null = none
  // Whether the consumer takes the lines of every execution.
  const std::atomic<bool>& watch_all;
};

// Called on the strand of the execution.
class ExecutionHost {
 public:
  virtual const ExecutionServices& services() const = 0;

  virtual void on_running(Execution& execution) = 0;
  // It ended before it was launched: its place in the queue is free.
  virtual void on_withdrawn(Execution& execution) = 0;
  // The last call: the host keeps the result, then reports it to the sink.
  virtual void on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                           std::shared_ptr<const CapturedOutput> output) = 0;

 protected:
  ~ExecutionHost() = default;
};

}  // namespace escher
