// Puts lines of one execution together into batches, the form in which they cross into JavaScript.
// Pure; owned by an output pipeline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/event.hpp"
#include "stream/line_splitter.hpp"

namespace escher {

class EventBatcher {
 public:
  explicit EventBatcher(std::uint64_t token) : token_(token) {}

  // The next batch may come to so many bytes: its first line makes room for them at once.
  void expect(std::size_t bytes) { expected_ = bytes; }

  // A batch holds lines of one stream and ends with a partial one: the caller takes it before it
  // adds a line of the other stream, or behind a partial one.
  bool must_take_before(Stream stream) const {
    return batch_.count > 0 && (batch_.stream != stream || batch_.partial);
  }
  void add(Stream stream, const Line& line);
  // Whole lines, with a '\n' behind each; returns how many.
  std::uint64_t add_block(Stream stream, std::string_view block);

  // The batch so far, made valid UTF-8; nothing if there is none.
  std::optional<OutputBatch> take(EpochMillis now);

  // Lines that nobody took count too: `seq` numbers all of them.
  void skip(std::uint64_t lines) { next_seq_ += lines; }

  std::uint64_t next_seq() const { return next_seq_; }
  std::size_t bytes() const { return batch_.text.size(); }

 private:
  void begin(Stream stream);

  std::uint64_t token_;
  std::uint64_t next_seq_ = 0;
  std::size_t expected_ = 0;
  // Its text is still raw, with a '\n' behind every line, the last one too.
  OutputBatch batch_;
};

}  // namespace escher
