// All executions that the engine knows, by id: the live ones and the records of the finished ones.
// Any thread. One mutex, a leaf: no callback runs under it, and dropped objects are destroyed
// outside of it. Owned by the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/error.hpp"
#include "model/id.hpp"
#include "model/record.hpp"
#include "model/result.hpp"
#include "model/thread_annotations.hpp"
#include "policy/retention.hpp"

namespace escher {

class Execution;
class Redactor;

class Registry {
 public:
  explicit Registry(Retention::Limits limits);
  ~Registry();

  // Registers a new execution as pending. False if the id exists.
  bool add(std::shared_ptr<Execution> execution);
  // The admission refused it.
  void forget(const ExecutionId& id);
  // It is queued; it has a permit; its process runs; it becomes a record.
  void set_queued(const ExecutionId& id);
  void set_admitted(const ExecutionId& id);
  void set_running(const ExecutionId& id);
  void finish(const ExecutionId& id, std::shared_ptr<const ExecutionResult> result,
              std::shared_ptr<const CapturedOutput> output);

  // `live` or `record` is set; neither for an unknown id, or if the id belongs to an execution with
  // another token.
  struct Found {
    std::shared_ptr<Execution> live;
    std::optional<Record> record;
    Status status = Status::pending;
    explicit operator bool() const { return live != nullptr || record.has_value(); }
  };
  Found find(const ExecutionId& id, std::optional<std::uint64_t> token = std::nullopt) const;
  // The token of the execution that has the id.
  std::optional<std::uint64_t> token_of(const ExecutionId& id) const;
  std::vector<std::shared_ptr<Execution>> live() const;
  std::vector<ExecutionSummary> list(const ListFilter& filter) const;

  // Redacts more in every finished record. The output keeps its share of the memory budget.
  void redact(const Redactor& redactor);

  // Drops a finished record and returns it, so that its files can be removed.
  Result<DroppedRecord> remove(const ExecutionId& id);
  // One retention pass; returns the records that it has dropped.
  std::vector<DroppedRecord> sweep(SteadyTime now);
  // Drops and returns every finished record.
  std::vector<DroppedRecord> clear();
  // There are far more records than allowed: a pass must not wait for its interval.
  bool crowded() const;

  struct Counts {
    std::size_t pending = 0;  // by status
    std::size_t running = 0;
    std::size_t waiting = 0;   // in the queue
    std::size_t admitted = 0;  // with a permit
    std::size_t records = 0;
    std::uint64_t record_bytes = 0;
    std::size_t live() const { return pending + running; }
  };
  Counts counts() const;

 private:
  enum class Stage : std::uint8_t { submitted, queued, admitted, running, finished };
  struct Entry {
    std::uint64_t serial;
    std::uint64_t token;
    Stage stage = Stage::submitted;
    std::shared_ptr<Execution> live;
    Record record;
    Retention::Handle kept;
  };
  using Entries = std::unordered_map<ExecutionId, Entry, ExecutionIdHash>;

  static Status status_of(const Entry& entry);
  static bool matches(const Entry& entry, const ListFilter& filter);
  void set_stage(const ExecutionId& id, Stage stage);
  void enter(Entry& entry, Stage stage) ESCHER_REQUIRES(mutex_);
  // Takes a finished record out; returns the next entry.
  Entries::iterator drop(Entries::iterator finished, RemovalReason reason,
                         std::vector<DroppedRecord>& dropped) ESCHER_REQUIRES(mutex_);
  std::size_t count_of(Stage stage) const ESCHER_REQUIRES(mutex_);

  mutable Mutex mutex_;
  Entries entries_ ESCHER_GUARDED_BY(mutex_);
  Retention retention_ ESCHER_GUARDED_BY(mutex_);
  std::size_t in_stage_[5] ESCHER_GUARDED_BY(mutex_) = {};
};

}  // namespace escher
