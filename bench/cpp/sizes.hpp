// The sizes at which a part of the engine is measured, to show how its cost grows.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

namespace escher::bench {

inline constexpr std::int64_t kSizes[] = {1'000, 10'000, 100'000, 1'000'000};

inline void at_all_sizes(benchmark::internal::Benchmark* each) {
  for (const std::int64_t size : kSizes) each->Arg(size);
}

inline std::size_t size_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

// For a benchmark whose iteration processes all items: the time is that of all items, the rate
// counts single items.
inline void count_items(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

}  // namespace escher::bench
