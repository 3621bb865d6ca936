// What is known of a finished execution. Immutable once published, so any thread may read it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/bytes.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "model/status.hpp"
#include "model/time.hpp"

namespace escher {

struct ResourceUsage {
  Millis user_cpu{0};
  Millis system_cpu{0};
  std::uint64_t max_rss_bytes = 0;
};

// How a process ended: exactly one of the two is set.
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;
};

// What the engine did to end an execution that did not end by itself.
enum class TerminationReason : std::uint8_t {
  timeout,
  idle_timeout,
  cancel,
  shutdown,
  output_limit,
  stream_failure,  // a pipe could not be read
};

struct Termination {
  TerminationReason reason = TerminationReason::cancel;
  // In their order, to the whole tree.
  std::vector<int> signals;
  // Processes of the tree that lived on.
  std::vector<int> survivors;
};

// The order in which the kept bytes of both streams arrived, for replaying them to a late reader.
class OutputTimeline {
 public:
  struct Run {
    Stream stream;
    std::uint64_t bytes;
  };

  // Beyond so many changes between the streams the order is no longer recorded; what follows is
  // replayed stdout first. Bounds the record of a program that alternates line by line.
  static constexpr std::size_t kMaxRuns = 4096;

  void add(Stream stream, std::uint64_t bytes) {
    if (bytes == 0) return;
    if (!runs_.empty() && runs_.back().stream == stream) {
      runs_.back().bytes += bytes;
    } else if (runs_.size() < kMaxRuns) {
      runs_.push_back({stream, bytes});
    }
  }

  const std::vector<Run>& runs() const { return runs_; }
  void shrink() { runs_.shrink_to_fit(); }

 private:
  std::vector<Run> runs_;
};

// The kept output: exact bytes, by stream.
struct CapturedOutput {
  Bytes bytes[kStreamCount];
  // Lets who makes text of them take the short way.
  bool ascii[kStreamCount] = {};
  OutputTimeline timeline;

  std::uint64_t size() const { return bytes[0].size() + bytes[1].size(); }
};

struct StreamSummary {
  std::uint64_t total_bytes = 0;
  bool truncated = false;
  std::string overflow_file;  // empty = none
};

struct ExecutionResult {
  ExecutionId id;
  Status status = Status::failed;
  ExitStatus exit;
  StreamSummary streams[kStreamCount];
  std::string overflow_error;  // empty = none, here and below
  std::string log_error;
  std::string log_file;
  bool output_incomplete = false;
  int pid = 0;  // 0 = there was no process
  EpochMillis started_at = 0;
  EpochMillis completed_at = 0;
  Millis duration{0};
  Millis queued{0};
  std::optional<ResourceUsage> usage;
  std::optional<Error> error;
  std::optional<Termination> termination;
  std::string command;
  std::string metadata;

  bool success() const { return status == Status::completed && exit.code == 0; }
};

struct ExecutionSummary {
  ExecutionId id;
  Status status;
  std::string command;
  EpochMillis started_at;
  Millis duration;
  std::string metadata;
};

}  // namespace escher
