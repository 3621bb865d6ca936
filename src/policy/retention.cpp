#include "policy/retention.hpp"

namespace escher {

Retention::Retention(Limits limits) : limits_(limits), first_with_output_(items_.end()) {}

Retention::Handle Retention::add(const ExecutionId& id, SteadyTime completed_at,
                                 std::uint64_t bytes) {
  const Handle item = items_.insert(items_.end(), {id, completed_at, bytes});
  bytes_ += bytes;
  if (first_with_output_ == items_.end()) first_with_output_ = item;
  return item;
}

void Retention::remove(Handle handle) {
  bytes_ -= handle->bytes;
  if (first_with_output_ == handle) ++first_with_output_;
  items_.erase(handle);
}

std::vector<ExecutionId> Retention::drop_output() {
  std::vector<ExecutionId> ids;
  while (bytes_ > limits_.max_bytes && first_with_output_ != items_.end()) {
    Item& item = *first_with_output_++;
    if (item.bytes == 0) continue;
    bytes_ -= item.bytes;
    item.bytes = 0;
    ids.push_back(item.id);
  }
  return ids;
}

std::vector<ExecutionId> Retention::due(SteadyTime now, std::size_t at_most) const {
  std::vector<ExecutionId> ids;
  std::size_t left = items_.size();
  // Both limits remove the oldest first, so one pass serves them and stops at the first record that
  // stays.
  for (const Item& item : items_) {
    const bool stays = !is_too_old(item, now) && left <= limits_.max_records;
    if (ids.size() == at_most || stays) break;
    ids.push_back(item.id);
    --left;
  }
  return ids;
}

bool Retention::needs_early_pass() const {
  const std::size_t count = items_.size();
  return count > limits_.max_records && (count - limits_.max_records) * 10 >= limits_.max_records;
}

}  // namespace escher
