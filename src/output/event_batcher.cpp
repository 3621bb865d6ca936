#include "output/event_batcher.hpp"

#include <utility>

#include "output/newlines.hpp"
#include "output/utf8.hpp"

namespace escher {

void EventBatcher::begin(Stream stream) {
  if (batch_.count > 0) return;
  batch_.stream = stream;
  batch_.first_seq = next_seq_;
  batch_.text.reserve(expected_);
}

void EventBatcher::add(Stream stream, const Line& line) {
  begin(stream);
  batch_.text.append(line.text);
  batch_.ends.push_back(static_cast<std::uint32_t>(batch_.text.size()));
  batch_.text.push_back('\n');
  batch_.partial = line.partial;
  ++batch_.count;
  ++next_seq_;
}

std::uint64_t EventBatcher::add_block(Stream stream, std::string_view block) {
  begin(stream);
  append_newlines(block, static_cast<std::uint32_t>(batch_.text.size()), batch_.ends);
  batch_.text.append(block);
  const std::uint64_t lines = batch_.ends.size() - batch_.count;
  batch_.count = static_cast<std::uint32_t>(batch_.ends.size());
  next_seq_ += lines;
  return lines;
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
    batch.ends.clear();
  }
  return batch;
}

}  // namespace escher
