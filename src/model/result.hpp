// The result of an execution. Immutable after it is published, so any thread may read it.
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

// How a process exited: exactly one of the two is set.
struct ExitStatus {
  std::optional<std::int64_t> code;  // Windows: 32 bits without a sign
  std::optional<int> signal;
};

// Why the engine terminated an execution.
enum class TerminationReason : std::uint8_t {
  timeout,
  idle_timeout,
  cancel,
  shutdown,
  output_limit,
  stream_failure,  // reading a pipe failed
  lease,           // it was not renewed
};

struct Termination {
  TerminationReason reason = TerminationReason::cancel;
  // The signals sent to the process tree, in order.
  std::vector<int> signals;
  // Processes of the tree that survived.
  std::vector<int> survivors;
};

// The order in which the kept bytes of both streams arrived, to replay them to a late reader.
class OutputTimeline {
 public:
  struct Run {
    Stream stream;
    std::uint64_t bytes;
  };

  // Bounds the memory for a program that alternates between the streams line by line. Output after
  // this many runs is replayed stdout first.
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

// The output as the command wrote it, before filter and redaction, for a request with
// CaptureMode::raw.
struct ExactOutput {
  Bytes bytes[kStreamCount];
  bool ascii[kStreamCount] = {};

  std::uint64_t size() const { return bytes[0].size() + bytes[1].size(); }
};

// The kept output of each stream, byte for byte.
struct CapturedOutput {
  Bytes bytes[kStreamCount];
  // Lets the conversion to a JavaScript string skip the UTF-8 decoder.
  bool ascii[kStreamCount] = {};
  // Lines keep the "\r" of their "\r\n".
  bool of_terminal = false;
  OutputTimeline timeline;
  std::shared_ptr<const ExactOutput> exact;  // null = the request did not ask for it

  std::uint64_t size() const {
    return bytes[0].size() + bytes[1].size() + (exact ? exact->size() : 0);
  }
};

struct StreamSummary {
  std::uint64_t total_bytes = 0;
  bool truncated = false;
  std::string overflow_file;  // empty = none
  // Of the output before filter and redaction, with CaptureMode::raw.
  std::uint64_t exact_bytes = 0;
  bool exact_truncated = false;
};

struct ExecutionResult {
  ExecutionId id;
  Status status = Status::failed;
  ExitStatus exit;
  StreamSummary streams[kStreamCount];
  std::string overflow_error;  // empty = none; likewise below
  std::string log_error;
  std::string log_file;
  std::string record_error;
  std::string record_file;
  bool output_incomplete = false;
  int pid = 0;  // 0 = no process was started
  EpochMillis started_at = 0;
  EpochMillis completed_at = 0;
  Millis duration{0};
  Millis queued{0};
  Millis launch{0};  // part of `queued`; 0 = no process was started
  std::optional<ResourceUsage> usage;
  std::optional<Error> error;
  std::optional<Termination> termination;
  std::string command;
  std::string key;
  std::string metadata;

  bool success() const { return status == Status::completed && exit.code == 0; }
};

struct ExecutionSummary {
  ExecutionId id;
  Status status;
  ExitStatus exit;
  std::string command;
  std::string key;
  EpochMillis started_at;
  Millis duration;
  std::string metadata;
};

}  // namespace escher
