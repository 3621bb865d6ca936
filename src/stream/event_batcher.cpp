#include "stream/event_batcher.hpp"

#include <utility>

#include "stream/utf8.hpp"

namespace escher {

void EventBatcher::add(Stream stream, const Line& line) {
  if (batch_.count == 0) {
    batch_.stream = stream;
    batch_.first_seq = next_seq_;
    batch_.text.reserve(expected_);
  }
  batch_.text.append(line.text).push_back('\n');
  batch_.partial = line.partial;
  ++batch_.count;
  ++next_seq_;
}

std::optional<OutputBatch> EventBatcher::take(EpochMillis now) {
  if (batch_.count == 0) return std::nullopt;
  OutputBatch batch = std::exchange(batch_, {});
  expected_ = 0;
  batch.token = token_;
  batch.timestamp = now;
  batch.text.pop_back();
  batch.ascii = is_ascii(batch.text);
  if (!batch.ascii) {
    std::string valid;
    valid.reserve(batch.text.size());
    append_valid_utf8(valid, batch.text);
    batch.text = std::move(valid);
  }
  return batch;
}

}  // namespace escher
