// The way of a line through the pure parts, per byte: cutting a stream into lines, and making it
// valid UTF-8.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "stream/line_splitter.hpp"
#include "stream/utf8.hpp"

namespace escher {
namespace {

constexpr std::size_t kStreamBytes = std::size_t{1} << 20;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

std::string LinesOf(std::size_t length) {
  std::string stream;
  stream.reserve(kStreamBytes + length);
  while (stream.size() < kStreamBytes) stream.append(length - 1, 'x').push_back('\n');
  return stream;
}

void CountBytes(benchmark::State& state, std::string_view stream) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * stream.size()));
}

// The argument is the length of a line with its terminator; the stream comes in pipe-sized chunks.
void SplitLines(benchmark::State& state) {
  const std::string stream = LinesOf(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    LineSplitter splitter(kMaxLineBytes);
    std::size_t lines = 0;
    for (std::string_view rest = stream; !rest.empty();) {
      const std::string_view chunk = rest.substr(0, kChunkBytes);
      splitter.split(chunk, [&](Line) { ++lines; });
      rest.remove_prefix(chunk.size());
    }
    benchmark::DoNotOptimize(lines);
  }
  CountBytes(state, stream);
}
BENCHMARK(SplitLines)->Arg(8)->Arg(80)->Arg(4096);

// When nobody takes the lines they are only counted.
void SkipLines(benchmark::State& state) {
  const std::string stream = LinesOf(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    LineSplitter splitter(kMaxLineBytes);
    benchmark::DoNotOptimize(splitter.skip(stream).lines);
  }
  CountBytes(state, stream);
}
BENCHMARK(SkipLines)->Arg(80);

void MakeValid(benchmark::State& state, std::string_view unit) {
  std::string stream;
  while (stream.size() < kStreamBytes) stream.append(unit);
  for (auto _ : state) {
    std::string out;
    append_valid_utf8(out, stream);
    benchmark::DoNotOptimize(out.data());
  }
  CountBytes(state, stream);
}
BENCHMARK_CAPTURE(MakeValid, ascii, "only ascii, as most output is\n");
BENCHMARK_CAPTURE(MakeValid, mixed, "gr\xC3\xBC\xC3\x9F dich, 5 \xE2\x82\xAC\n");
BENCHMARK_CAPTURE(MakeValid, invalid, "\xFF\xC3 broken \xE2\x82\n");

}  // namespace
}  // namespace escher
