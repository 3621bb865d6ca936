// Selects the finished executions to remove, and those whose output to drop. It holds ids, times
// and sizes, not the records. Pure; owned by the registry, under its mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "model/id.hpp"
#include "model/time.hpp"

namespace escher {

class Retention {
 public:
  struct Limits {
    Millis max_age;  // kForever = no limit
    std::size_t max_records;
    std::uint64_t max_bytes;  // kept output
  };

 private:
  struct Item {
    ExecutionId id;
    SteadyTime completed_at;
    std::uint64_t bytes;
  };
  using Items = std::list<Item>;

 public:
  // One record; valid until `remove`.
  using Handle = Items::iterator;

  explicit Retention(Limits limits);
  // Handles point into this object.
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Records must be added in the order of completion, which is also the order of removal.
  Handle add(const ExecutionId& id, SteadyTime completed_at, std::uint64_t bytes);
  void remove(Handle handle);

  // The ids whose output to drop until the bytes are within the limit, oldest first. Their bytes
  // are subtracted; the records stay.
  std::vector<ExecutionId> drop_output();

  // At most `at_most` ids to remove next: those over the maximum age, and the oldest over the
  // maximum number. They stay until `remove`.
  std::vector<ExecutionId> due(SteadyTime now, std::size_t at_most) const;

  // Whether a record is over the maximum age.
  bool is_too_old(Handle handle, SteadyTime now) const { return is_too_old(*handle, now); }

  // Whether the records exceed their maximum by a tenth, so that a pass should run early.
  bool needs_early_pass() const;

  std::size_t records() const { return items_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  bool is_too_old(const Item& item, SteadyTime now) const {
    return to_millis(now - item.completed_at) >= limits_.max_age;
  }

  Limits limits_;
  Items items_;
  // The output of all items before it is dropped.
  Items::iterator first_with_output_;
  std::uint64_t bytes_ = 0;
};

}  // namespace escher
