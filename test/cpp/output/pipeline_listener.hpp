// Receives the batches of a pipeline and splits them into entries, like JavaScript does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "output/output_pipeline.hpp"

namespace escher::test {

struct Entry {
  Stream stream = Stream::out;
  std::string text;
  bool partial = false;
  bool operator==(const Entry&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Entry& entry) {
  return out << to_string(entry.stream) << ' ' << entry.text << (entry.partial ? " (partial)" : "");
}

inline void append_entries(std::vector<Entry>& entries, const OutputBatch& batch) {
  std::size_t begin = 0;
  for (std::uint32_t i = 0; i < batch.count; ++i) {
    std::size_t end = batch.text.find('\n', begin);
    if (end == std::string::npos) end = batch.text.size();
    const bool last = i + 1 == batch.count;
    entries.push_back({batch.stream, batch.text.substr(begin, end - begin), last && batch.partial});
    begin = end + 1;
  }
}

inline std::vector<Entry> entries_of(const std::vector<OutputBatch>& batches) {
  std::vector<Entry> entries;
  for (const auto& batch : batches) append_entries(entries, batch);
  return entries;
}

// The text of one stream, with a line break after every entry that is not partial.
inline std::string text_of(const std::vector<Entry>& entries, Stream stream) {
  std::string text;
  for (const auto& entry : entries) {
    if (entry.stream != stream) continue;
    text += entry.text;
    if (!entry.partial) text += '\n';
  }
  return text;
}

class PipelineListener {
 public:
  OutputPipeline::Emit emit() {
    return [this](OutputBatch batch) { batches.push_back(std::move(batch)); };
  }
  std::vector<Entry> entries() const { return entries_of(batches); }

  std::vector<OutputBatch> batches;
};

}  // namespace escher::test
