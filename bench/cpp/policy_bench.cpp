// The bookkeeping of the policies: the admission queue, and the decisions of a retention pass.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/id.hpp"
#include "policy/admission.hpp"
#include "policy/retention.hpp"
#include "sizes.hpp"

namespace escher::bench {
namespace {

// The argument is the number of waiting requests. Three priorities, so that requests are inserted
// between others.
void fill(Admission& admission, std::size_t waiting) {
  for (std::uint64_t ticket = 0; ticket <= waiting; ++ticket) {
    benchmark::DoNotOptimize(admission.submit(ticket, static_cast<double>(ticket % 3)));
  }
}

void QueueInAndOut(benchmark::State& state) {
  for (auto _ : state) {
    Admission admission({1, size_of(state)});
    fill(admission, size_of(state));
    while (admission.release(0)) {
    }
  }
  count_items(state);
}
BENCHMARK(QueueInAndOut)->Apply(at_all_sizes)->ArgName("waiting");

void QueueWithdraw(benchmark::State& state) {
  for (auto _ : state) {
    Admission admission({1, size_of(state)});
    fill(admission, size_of(state));
    for (std::uint64_t ticket = 1; ticket <= size_of(state); ++ticket) admission.withdraw(ticket);
    benchmark::DoNotOptimize(admission.queued());
  }
  count_items(state);
}
BENCHMARK(QueueWithdraw)->Apply(at_all_sizes)->ArgName("waiting");

constexpr std::uint64_t kOutputBytes = 100;

void keep(Retention& retention, std::size_t records) {
  const ExecutionId id = random_id();
  const auto now = SteadyClock::now();
  while (records-- > 0) retention.add(id, now, kOutputBytes);
}

// All records are within their limits, as in most passes.
void RetentionPassThatDropsNone(benchmark::State& state) {
  Retention retention({kForever, size_of(state), UINT64_MAX});
  keep(retention, size_of(state));
  const auto now = SteadyClock::now();
  for (auto _ : state) benchmark::DoNotOptimize(retention.due(now, size_of(state)));
}
BENCHMARK(RetentionPassThatDropsNone)->Apply(at_all_sizes)->ArgName("records");

// A pass that drops all records. Without the records themselves, which RegistrySweep measures.
void RetentionPassThatDropsAll(benchmark::State& state) {
  const ExecutionId id = random_id();
  const auto now = SteadyClock::now();
  std::vector<Retention::Handle> handles;
  handles.reserve(size_of(state));
  for (auto _ : state) {
    Retention retention({kForever, 0, UINT64_MAX});
    handles.clear();
    for (std::size_t i = 0; i < size_of(state); ++i) {
      handles.push_back(retention.add(id, now, kOutputBytes));
    }
    benchmark::DoNotOptimize(retention.due(now, size_of(state)));
    for (const auto handle : handles) retention.remove(handle);
  }
  count_items(state);
}
BENCHMARK(RetentionPassThatDropsAll)->Apply(at_all_sizes)->ArgName("records");

// One execution ends and another one loses its output, while the given number of records keep
// theirs.
void RetentionDropsOutput(benchmark::State& state) {
  Retention retention({kForever, SIZE_MAX, size_of(state) * kOutputBytes});
  keep(retention, size_of(state));
  const ExecutionId id = random_id();
  const auto now = SteadyClock::now();
  for (auto _ : state) {
    retention.add(id, now, kOutputBytes);
    benchmark::DoNotOptimize(retention.drop_output());
  }
}
BENCHMARK(RetentionDropsOutput)->Apply(at_all_sizes)->ArgName("records");

}  // namespace
}  // namespace escher::bench
