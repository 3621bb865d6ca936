// Which finished executions are dropped, and which lose their output. Pure bookkeeping: ids, times
// and sizes, no records. Owned by the registry, under its mutex.
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
    std::uint64_t max_bytes;  // of kept output
  };

 private:
  struct Item {
    ExecutionId id;
    SteadyTime completed_at;
    std::uint64_t bytes;
  };
  using Items = std::list<Item>;

 public:
  // Names one kept record; valid until it is removed.
  using Handle = Items::iterator;

  explicit Retention(Limits limits);
  // Its handles point into it.
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  // Records are added in the order of their completion, which is the order in which they go.
  Handle add(const ExecutionId& id, SteadyTime completed_at, std::uint64_t bytes);
  void remove(Handle handle);

  // The ids whose output has to go so that the bytes are within the limit, oldest first. Their
  // bytes are counted off; the records stay.
  std::vector<ExecutionId> drop_output();

  // The next ids that a pass removes, at most so many: the ones that have reached their age, then
  // the oldest over the number. They are still inside until `remove`.
  std::vector<ExecutionId> due(SteadyTime now, std::size_t at_most) const;

  // True as soon as the records are a tenth over their number: time for a pass ahead of its turn.
  bool crowded() const;

  std::size_t records() const { return items_.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Limits limits_;
  Items items_;
  // All before it have lost their output.
  Items::iterator first_with_output_;
  std::uint64_t bytes_ = 0;
};

}  // namespace escher
