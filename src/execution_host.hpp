// What an execution needs from the engine around it: values, the sink, and the calls by which it
// reports. Implemented by the engine; outlives every execution.
#pragma once

#include <memory>
#include <optional>

#include "model/config.hpp"
#include "model/error.hpp"
#include "model/event.hpp"
#include "model/request.hpp"
#include "model/result.hpp"
#include "stream/redactor.hpp"

namespace escher {

class ControlGroups;
class Execution;
class FlowControl;
class Guard;
class Journal;
class Marker;
struct Statistics;
class TreeScanner;

class ExecutionHost {
 public:
  virtual const Config& config() const = 0;
  virtual EventSink& sink() = 0;
  virtual FlowControl& flow() = 0;
  virtual Statistics& statistics() = 0;
  virtual TreeScanner& scanner() = 0;
  virtual const Marker& marker() const = 0;
  virtual Guard& guard() = 0;
  virtual ControlGroups& groups() = 0;
  // Null without one.
  virtual Journal* journal() = 0;
  // Whether somebody takes the lines of every execution.
  virtual bool watches_all() const = 0;
  // What takes the secrets of the engine and of a request out of all that is told of it; nothing if
  // there are none. Any thread.
  virtual std::optional<Redactor> redactor_for(const ExecutionRequest& request) = 0;
  virtual Result<std::string> overflow_path(const ExecutionId& id, Stream stream) = 0;

  // On the execution's strand.
  virtual void on_running(Execution& execution) = 0;
  // It ended before it was launched: its place in the queue is free.
  virtual void on_withdrawn(Execution& execution) = 0;
  // The last call: the host keeps the result, then tells the sink.
  virtual void on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                           std::shared_ptr<const CapturedOutput> output) = 0;

 protected:
  ~ExecutionHost() = default;
};

}  // namespace escher
