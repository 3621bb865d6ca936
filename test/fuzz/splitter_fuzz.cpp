// Invariants of the line splitter and the UTF-8 decoder for any bytes in any chunks. The first two
// bytes of an input are the maximum length of a line and the length of the chunks.
//
// With libFuzzer: -fsanitize=fuzzer. The seeds are in corpus/splitter/.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "output/line_splitter.hpp"
#include "output/utf8.hpp"
#include "require.hpp"

namespace escher {
namespace {

struct Piece {
  std::string text;
  bool partial;
  bool operator==(const Piece&) const = default;
};

class Recorder {
  auto sink() {
    return [this](const Line& line) { pieces_.push_back({std::string(line.text), line.partial}); };
  }

 public:
  explicit Recorder(std::size_t max_line_bytes) : splitter_(max_line_bytes) {}

  void split(std::string_view chunk) { splitter_.split(chunk, sink()); }
  // Splits blocks into their lines.
  void split_blocks(std::string_view chunk) {
    const auto add_block = [this](std::string_view block) {
      require(block.ends_with('\n'), "a block consists of whole lines");
      while (!block.empty()) {
        const std::size_t end = block.find('\n');
        pieces_.push_back({std::string(block.substr(0, end)), false});
        block.remove_prefix(end + 1);
      }
    };
    splitter_.split_blocks(chunk, add_block, sink());
  }
  void flush() {
    const std::size_t before = pieces_.size();
    const bool expected = splitter_.has_partial();
    splitter_.flush_partial(sink());
    require(pieces_.size() == before + (expected ? 1 : 0), "has_partial() predicts a flush");
  }
  void finish() {
    splitter_.finish(sink());
    require(splitter_.pending() == 0, "nothing is held back after the end");
  }
  const LineSplitter& splitter() const { return splitter_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  LineSplitter splitter_;
  std::vector<Piece> pieces_;
};

template <typename Take>
void for_chunks(std::string_view bytes, std::size_t chunk, Take take) {
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::string_view next = rest.substr(0, chunk);
    take(next);
    rest.remove_prefix(next.size());
  }
}

std::vector<Piece> split_whole(std::string_view bytes, std::size_t max_line_bytes) {
  Recorder recorder(max_line_bytes);
  recorder.split(bytes);
  recorder.finish();
  return recorder.pieces();
}

std::vector<std::string> joined(const std::vector<Piece>& pieces) {
  std::vector<std::string> lines;
  bool continues = false;
  for (const Piece& piece : pieces) {
    if (!continues) lines.emplace_back();
    lines.back() += piece.text;
    continues = piece.partial;
  }
  require(!continues, "the last line is closed");
  return lines;
}

// Every byte is in a line or in a terminator between lines.
void require_complete(std::string_view bytes, const std::vector<std::string>& lines) {
  std::size_t at = 0;
  for (const std::string& line : lines) {
    require(bytes.substr(at, line.size()) == line, "lines contain the bytes in order");
    at += line.size();
    const std::string_view rest = bytes.substr(at);
    require(rest.empty() || rest.starts_with('\n') || rest.starts_with("\r\n"),
            "only the last line has no terminator");
    if (!rest.empty()) at += rest.starts_with('\n') ? 1 : 2;
    require(line.find('\n') == std::string::npos, "no line contains a terminator");
  }
  require(at == bytes.size(), "no byte is missing");
}

std::string decoded(std::string_view bytes) {
  std::string text;
  append_valid_utf8(text, bytes);
  return text;
}

// Decodes like chunked output: an incomplete code point is held back until the next chunk.
std::string decoded_in_chunks(std::string_view bytes, std::size_t chunk) {
  std::string text;
  std::string held;
  for_chunks(bytes, chunk, [&](std::string_view next) {
    held += next;
    const std::size_t tail = incomplete_tail(held);
    require(tail <= 3, "a tail is shorter than a code point");
    const std::size_t complete = held.size() - tail;
    append_valid_utf8(text, std::string_view(held).substr(0, complete));
    held.erase(0, complete);
  });
  append_valid_utf8(text, held);
  return text;
}

void check_decoder(std::string_view bytes, std::size_t chunk) {
  const std::string text = decoded(bytes);
  require(decoded(text) == text, "decoded text is valid");
  require(decoded_in_chunks(bytes, chunk) == text, "decoded text does not depend on chunks");
  const bool ascii = std::none_of(bytes.begin(), bytes.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  require(is_ascii(bytes) == ascii, "is_ascii() checks every byte");
  require(!ascii || text == bytes, "ASCII is unchanged");
}

void check_lines(std::string_view bytes, std::size_t max_line_bytes, std::size_t chunk) {
  const std::vector<Piece> whole = split_whole(bytes, max_line_bytes);
  require_complete(bytes, joined(whole));

  Recorder chunked(max_line_bytes);
  for_chunks(bytes, chunk, [&](std::string_view next) { chunked.split(next); });
  chunked.finish();
  require(chunked.pieces() == whole, "the pieces do not depend on chunks");

  Recorder blocks(max_line_bytes);
  for_chunks(bytes, chunk, [&](std::string_view next) { blocks.split_blocks(next); });
  blocks.finish();
  require(blocks.pieces() == whole, "blocks contain the same lines");

  Recorder flushed(max_line_bytes);
  for_chunks(bytes, chunk, [&](std::string_view next) {
    flushed.split(next);
    flushed.flush();
  });
  flushed.finish();
  require(joined(flushed.pieces()) == joined(whole), "flushes do not change the lines");

  std::string text;
  for (const Piece& piece : whole) {
    require(piece.text.size() <= max_line_bytes, "no piece is longer than the maximum");
    text += decoded(piece.text) + (piece.partial ? "" : "\n");
  }
  std::string expected;
  for (const std::string& line : joined(whole)) expected += decoded(line) + "\n";
  require(text == expected, "no piece ends inside a code point");
}

void check_skip(std::string_view bytes, std::size_t max_line_bytes, std::size_t chunk) {
  Recorder recorder(max_line_bytes);
  LineSplitter skipper(max_line_bytes);
  for_chunks(bytes, chunk, [&](std::string_view next) {
    const std::size_t before = recorder.pieces().size();
    recorder.split(next);
    const LineSplitter::Skipped skipped = skipper.skip(next);
    require(skipped.lines + skipped.pieces == recorder.pieces().size() - before,
            "skip() counts what split() delivers");
    require(skipper.pending() == recorder.splitter().pending(),
            "skip() holds back the same bytes as split()");
  });
}

}  // namespace
}  // namespace escher

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace escher;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t max_line_bytes = 4 + data[0] % 60;
  const std::size_t chunk = 1 + data[1];
  check_decoder(bytes, chunk);
  check_lines(bytes, max_line_bytes, chunk);
  check_skip(bytes, max_line_bytes, chunk);
  return 0;
}
