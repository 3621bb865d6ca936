// The record of a finished execution, and the filter of a listing. Values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/request.hpp"
#include "model/result.hpp"
#include "model/status.hpp"

namespace escher {

struct Record {
  std::shared_ptr<const ExecutionResult> result;
  std::shared_ptr<const CapturedOutput> output;  // null after retention dropped it
  std::vector<std::string> tags;
  CaptureMode capture = CaptureMode::redacted;
};

// Why the engine dropped a record: its age, the number of records, or a call.
enum class RemovalReason : std::uint8_t { retention, count, request };

// A record that the registry has given up. `token`: of the execution.
struct DroppedRecord : Record {
  std::uint64_t token = 0;
  RemovalReason reason = RemovalReason::request;
};

struct ListFilter {
  std::vector<Status> statuses;  // empty = all
  std::string tag;               // empty = all
  std::size_t limit = SIZE_MAX;
  std::string key;  // empty = all
};

}  // namespace escher
