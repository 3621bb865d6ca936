#include "engine/registry.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "execution/execution.hpp"
#include "output/redaction/kept_redaction.hpp"

namespace escher {
namespace {

std::shared_ptr<const ExecutionResult> redact_result(const ExecutionResult& result,
                                                     const Redactor& redactor) {
  auto redacted = std::make_shared<ExecutionResult>(result);
  for (std::string* text :
       {&redacted->command, &redacted->key, &redacted->metadata, &redacted->overflow_error,
        &redacted->log_error, &redacted->record_error}) {
    *text = redactor.redact(*text);
  }
  if (redacted->error) {
    redacted->error->message = redactor.redact(redacted->error->message);
    redacted->error->path = redactor.redact(redacted->error->path);
  }
  return redacted;
}

}  // namespace

Registry::Registry(Retention::Limits limits) : retention_(limits) {}
Registry::~Registry() = default;

bool Registry::add(std::shared_ptr<Execution> execution) {
  const MutexLock lock(mutex_);
  const auto [place, added] = entries_.try_emplace(execution->id());
  if (!added) return false;
  place->second.serial = execution->serial();
  place->second.token = execution->token();
  place->second.live = std::move(execution);
  ++in_stage_[static_cast<std::size_t>(Stage::submitted)];
  return true;
}

void Registry::forget(const ExecutionId& id) {
  std::shared_ptr<Execution> dropped;
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  --in_stage_[static_cast<std::size_t>(found->second.stage)];
  dropped = std::move(found->second.live);
  entries_.erase(found);
}

void Registry::enter(Entry& entry, Stage stage) {
  --in_stage_[static_cast<std::size_t>(entry.stage)];
  ++in_stage_[static_cast<std::size_t>(stage)];
  entry.stage = stage;
}

void Registry::set_stage(const ExecutionId& id, Stage stage) {
  const MutexLock lock(mutex_);
  // Only forwards: an execution may finish on its strand before the spawn thread has registered
  // its admission.
  const auto found = entries_.find(id);
  if (found != entries_.end() && found->second.stage < stage) enter(found->second, stage);
}

void Registry::set_queued(const ExecutionId& id) { set_stage(id, Stage::queued); }
void Registry::set_admitted(const ExecutionId& id) { set_stage(id, Stage::admitted); }
void Registry::set_running(const ExecutionId& id) { set_stage(id, Stage::running); }

void Registry::finish(const ExecutionId& id, std::shared_ptr<const ExecutionResult> result,
                      std::shared_ptr<const CapturedOutput> output) {
  std::shared_ptr<Execution> ended;
  std::vector<std::shared_ptr<const CapturedOutput>> dropped;
  const std::uint64_t bytes = output ? output->size() : 0;
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  enter(entry, Stage::finished);
  ended = std::move(entry.live);
  entry.record = {std::move(result), std::move(output), ended->request().tags,
                  ended->request().capture};
  entry.kept = retention_.add(id, SteadyClock::now(), bytes);
  for (const auto& old : retention_.drop_output()) {
    dropped.push_back(std::move(entries_.at(old).record.output));
  }
}

Status Registry::status_of(const Entry& entry) {
  switch (entry.stage) {
    case Stage::finished:
      return entry.record.result->status;
    case Stage::running:
      return Status::running;
    default:
      return Status::pending;
  }
}

Registry::Found Registry::find(const ExecutionId& id, std::optional<std::uint64_t> token) const {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  if (token && entry.token != *token) return {};
  if (entry.live) return {entry.live, std::nullopt, status_of(entry)};
  return {nullptr, entry.record, status_of(entry)};
}

std::vector<std::shared_ptr<Execution>> Registry::live() const {
  std::vector<std::shared_ptr<Execution>> result;
  const MutexLock lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    if (entry.live) result.push_back(entry.live);
  }
  return result;
}

bool Registry::matches(const Entry& entry, const ListFilter& filter) {
  const auto has = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!filter.statuses.empty() && !has(filter.statuses, status_of(entry))) return false;
  const auto& key = entry.live ? entry.live->request().key : entry.record.result->key;
  if (!filter.key.empty() && filter.key != key) return false;
  const auto& tags = entry.live ? entry.live->request().tags : entry.record.tags;
  return filter.tag.empty() || has(tags, filter.tag);
}

std::vector<ExecutionSummary> Registry::list(const ListFilter& filter) const {
  struct Row {
    std::uint64_t serial;
    Status status;
    std::shared_ptr<Execution> live;
    std::shared_ptr<const ExecutionResult> result;
  };
  std::vector<Row> rows;
  {
    // Only pointers are copied under the lock; the texts are copied outside of it.
    const MutexLock lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (!matches(entry, filter)) continue;
      rows.push_back({entry.serial, status_of(entry), entry.live, entry.record.result});
    }
  }
  const auto newer = [](const Row& a, const Row& b) { return a.serial > b.serial; };
  const std::size_t count = std::min(filter.limit, rows.size());
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                    newer);
  std::vector<ExecutionSummary> summaries;
  summaries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Row& row = rows[i];
    if (row.live) {
      const auto duration = row.status == Status::running ? row.live->age() : Millis(0);
      const auto texts = row.live->texts();
      summaries.push_back({row.live->id(),
                           row.status,
                           {},
                           texts->command,
                           texts->key,
                           row.live->started_at(),
                           duration,
                           texts->metadata});
    } else {
      const ExecutionResult& result = *row.result;
      summaries.push_back({result.id, result.status, result.exit, result.command, result.key,
                           result.started_at, result.duration, result.metadata});
    }
  }
  return summaries;
}

std::optional<std::uint64_t> Registry::token_of(const ExecutionId& id) const {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  return found->second.token;
}

Registry::Entries::iterator Registry::drop(Entries::iterator finished, RemovalReason reason,
                                           std::vector<DroppedRecord>& dropped) {
  Entry& entry = finished->second;
  dropped.push_back({std::move(entry.record), entry.token, reason});
  retention_.remove(entry.kept);
  --in_stage_[static_cast<std::size_t>(Stage::finished)];
  return entries_.erase(finished);
}

Result<DroppedRecord> Registry::remove(const ExecutionId& id) {
  std::vector<DroppedRecord> dropped;
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return errors::not_found(format_id(id));
  if (found->second.live) return errors::execution_active(format_id(id));
  drop(found, RemovalReason::request, dropped);
  return std::move(dropped.front());
}

void Registry::redact(const Redactor& redactor) {
  std::vector<std::pair<ExecutionId, Record>> records;
  {
    const MutexLock lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (!entry.live) records.emplace_back(id, entry.record);
    }
  }
  // One after the other, outside of the lock: together they can be large.
  for (auto& [id, record] : records) {
    auto result = redact_result(*record.result, redactor);
    auto output = record.output ? redact_captured(*record.output, redactor) : nullptr;
    const MutexLock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.record.result != record.result) continue;
    Record& present = found->second.record;
    present.result = std::move(result);
    if (output && present.output) std::swap(present.output, output);
  }
}

std::vector<DroppedRecord> Registry::sweep(SteadyTime now) {
  // In slices, so that no other thread waits long for the lock.
  constexpr std::size_t kSlice = 1000;
  std::vector<DroppedRecord> dropped;
  for (std::size_t in_slice = kSlice; in_slice == kSlice;) {
    const MutexLock lock(mutex_);
    const auto due = retention_.due(now, kSlice);
    in_slice = due.size();
    for (const auto& id : due) {
      const auto found = entries_.find(id);
      const bool is_old = retention_.is_too_old(found->second.kept, now);
      drop(found, is_old ? RemovalReason::retention : RemovalReason::count, dropped);
    }
  }
  return dropped;
}

std::vector<DroppedRecord> Registry::clear() {
  std::vector<DroppedRecord> dropped;
  const MutexLock lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    it = it->second.live ? std::next(it) : drop(it, RemovalReason::request, dropped);
  }
  return dropped;
}

bool Registry::crowded() const {
  const MutexLock lock(mutex_);
  return retention_.needs_early_pass();
}

std::size_t Registry::count_of(Stage stage) const {
  return in_stage_[static_cast<std::size_t>(stage)];
}

Registry::Counts Registry::counts() const {
  const MutexLock lock(mutex_);
  Counts counts;
  counts.pending = count_of(Stage::submitted) + count_of(Stage::queued) + count_of(Stage::admitted);
  counts.running = count_of(Stage::running);
  counts.waiting = count_of(Stage::queued);
  counts.admitted = count_of(Stage::admitted) + count_of(Stage::running);
  counts.records = retention_.records();
  counts.record_bytes = retention_.bytes();
  return counts;
}

}  // namespace escher
