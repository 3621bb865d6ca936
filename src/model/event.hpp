// The events of an execution, and the sink that receives them. The sink is the only call from the
// engine to its host.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/record.hpp"
#include "model/result.hpp"
#include "model/status.hpp"
#include "model/time.hpp"

namespace escher {

// Lines of one stream of one execution, joined with '\n'. Valid UTF-8.
struct OutputBatch {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  Stream stream = Stream::out;
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;  // entries in `text`
  bool partial = false;     // the last entry is unfinished
  bool ascii = true;        // lets a sink skip the UTF-8 conversion
  std::string text;
  // The end of each entry in `text`, so that a sink need not search for '\n'. Empty unless `ascii`.
  std::vector<std::uint32_t> ends;

  // Counted by the flow control.
  std::uint64_t weight() const { return text.size() + 1; }
};

struct StartedEvent {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  int pid = 0;
  std::string command;
  std::string key;
};

// The command has turned the echo of its terminal off or on.
struct EchoEvent {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  bool enabled = true;
  bool canonical = true;  // the terminal collects lines
};

struct FinishedEvent {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  std::shared_ptr<const ExecutionResult> result;
  // A reference, so that retention cannot free the output while the event exists.
  std::shared_ptr<const CapturedOutput> output;
};

// Records were dropped. An end may be reported after its removal, if both come at the same time.
struct RemovedEvent {
  struct Entry {
    std::uint64_t token = 0;
    ExecutionId id;
    RemovalReason reason = RemovalReason::request;
    std::string key;
  };
  EpochMillis timestamp = 0;
  std::vector<Entry> entries;
};

// Called on any engine thread. The calls for one execution never overlap; their order is started,
// output and echo…, finished. An implementation passes the event on and returns: it must not block
// and must not call the engine.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void started(StartedEvent event) = 0;
  virtual void output(OutputBatch batch) = 0;
  virtual void echo(EchoEvent event) = 0;
  virtual void finished(FinishedEvent event) = 0;
  virtual void removed(RemovedEvent event) = 0;
};

}  // namespace escher
