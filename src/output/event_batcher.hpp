// Combines the lines of one execution into batches, the form in which they are passed to
// JavaScript. Pure; owned by an output pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/event.hpp"
#include "output/line_splitter.hpp"

namespace escher {

class EventBatcher {
 public:
  explicit EventBatcher(std::uint64_t token) : token_(token) {}

  // The expected size of the next batch; its first line reserves it.
  void expect(std::size_t bytes) { expected_ = bytes; }

  // A batch holds lines of one stream, and only its last line may be partial. Otherwise the caller
  // must take the batch before it adds the next line.
  bool must_take_before(Stream stream) const {
    return batch_.count > 0 && (batch_.stream != stream || batch_.partial);
  }
  void add(Stream stream, const Line& line);
  // Adds whole lines, each with its '\n'; returns their number.
  std::uint64_t add_block(Stream stream, std::string_view block);

  // The batch, converted to valid UTF-8; nothing if it is empty.
  std::optional<OutputBatch> take(EpochMillis now);

  // Counts lines without a consumer, because `seq` numbers all lines.
  void skip(std::uint64_t lines) { next_seq_ += lines; }

  std::uint64_t next_seq() const { return next_seq_; }
  std::size_t bytes() const { return batch_.text.size(); }

 private:
  void begin(Stream stream);

  std::uint64_t token_;
  std::uint64_t next_seq_ = 0;
  std::size_t expected_ = 0;
  // With raw text, and a '\n' after every line, including the last one.
  OutputBatch batch_;
};

}  // namespace escher
