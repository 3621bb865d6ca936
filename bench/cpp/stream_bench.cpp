// The path of a line through the pure parts of the output: splitting, batching, and conversion to
// valid UTF-8. The first argument is the number of lines, which come in chunks of pipe size.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "output/event_batcher.hpp"
#include "output/line_splitter.hpp"
#include "output/utf8.hpp"
#include "sizes.hpp"
#include "text.hpp"

namespace escher::bench {
namespace {

constexpr std::size_t kMaxLineBytes = std::size_t{1} << 20;

constexpr std::string_view kAscii = "only ascii, as most output is\n";
constexpr std::string_view kMixed = "gr\xC3\xBC\xC3\x9F dich, 5 \xE2\x82\xAC\n";
constexpr std::string_view kInvalid = "\xFF\xC3 broken \xE2\x82\n";

void count(benchmark::State& state, std::string_view stream) {
  count_items(state);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * stream.size()));
}

void SplitLines(benchmark::State& state) {
  const std::string stream = lines_of(static_cast<std::size_t>(state.range(1)), size_of(state));
  for (auto _ : state) {
    LineSplitter splitter(kMaxLineBytes);
    std::size_t lines = 0;
    in_chunks(stream, [&](std::string_view chunk) {
      splitter.split(chunk, [&](const Line& line) {
        benchmark::DoNotOptimize(line.text.data());
        ++lines;
      });
    });
    benchmark::DoNotOptimize(lines);
  }
  count(state, stream);
}

// Without a consumer, lines are only counted.
void SkipLines(benchmark::State& state) {
  const std::string stream = lines_of(static_cast<std::size_t>(state.range(1)), size_of(state));
  for (auto _ : state) {
    LineSplitter splitter(kMaxLineBytes);
    in_chunks(stream, [&](std::string_view chunk) {
      benchmark::DoNotOptimize(splitter.skip(chunk).lines);
    });
  }
  count(state, stream);
}

// From a chunk to the batch for the sink.
void BatchLines(benchmark::State& state) {
  const std::string stream = lines_of(static_cast<std::size_t>(state.range(1)), size_of(state));
  for (auto _ : state) {
    LineSplitter splitter(kMaxLineBytes);
    EventBatcher batcher(1);
    in_chunks(stream, [&](std::string_view chunk) {
      batcher.expect(splitter.pending() + chunk.size() + 1);
      splitter.split_blocks(
          chunk, [&](std::string_view block) { batcher.add_block(Stream::out, block); },
          [&](const Line& line) { batcher.add(Stream::out, line); });
      benchmark::DoNotOptimize(batcher.take(0));
    });
  }
  count(state, stream);
}

void with_lengths(benchmark::internal::Benchmark* each) {
  each->ArgNames({"lines", "bytes"});
  for (const std::int64_t size : kSizes) each->Args({size, kLineBytes});
  each->Args({100'000, 8})->Args({1'000, 4096});
}
BENCHMARK(SplitLines)->Apply(with_lengths);
BENCHMARK(SkipLines)->Apply(with_lengths);
BENCHMARK(BatchLines)->Apply(with_lengths);

// Batch by batch, as the engine does it.
void MakeValid(benchmark::State& state, std::string_view line) {
  const std::size_t in_batch = kChunkBytes / line.size();
  const std::string batch = repeated(line, in_batch);
  for (auto _ : state) {
    for (std::size_t left = size_of(state); left > 0;) {
      const std::size_t lines = std::min(left, in_batch);
      std::string valid;
      valid.reserve(lines * line.size());
      append_valid_utf8(valid, std::string_view(batch).substr(0, lines * line.size()));
      benchmark::DoNotOptimize(valid.data());
      left -= lines;
    }
  }
  count_items(state);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) *
                          static_cast<std::int64_t>(line.size()));
}
BENCHMARK_CAPTURE(MakeValid, ascii, kAscii)->Apply(at_all_sizes)->ArgName("lines");
BENCHMARK_CAPTURE(MakeValid, mixed, kMixed)->Apply(at_all_sizes)->ArgName("lines");
BENCHMARK_CAPTURE(MakeValid, invalid, kInvalid)->Apply(at_all_sizes)->ArgName("lines");

}  // namespace
}  // namespace escher::bench
