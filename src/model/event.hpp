// What the engine reports, and to whom. The sink is the one call upward out of the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  bool ascii = true;        // lets a sink take the short way
  std::string text;
  // Where each entry ends in `text`, if it is ASCII: who cuts it needs not look for the '\n'.
  std::vector<std::uint32_t> ends;

  // What the batch weighs in the flow control.
  std::uint64_t weight() const { return text.size() + 1; }
};

struct StartedEvent {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  int pid = 0;
  std::string command;
};

struct FinishedEvent {
  std::uint64_t token = 0;
  EpochMillis timestamp = 0;
  std::shared_ptr<const ExecutionResult> result;
  // As long as somebody holds the event, retention cannot take the output from under him.
  std::shared_ptr<const CapturedOutput> output;
};

// Called on any engine thread, for one execution never at the same time, in the order of section 5
// of the contract: started, output…, finished. An implementation hands the event on and returns; it
// may not block and may not call the engine back.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void started(StartedEvent event) = 0;
  virtual void output(OutputBatch batch) = 0;
  virtual void finished(FinishedEvent event) = 0;
};

}  // namespace escher
