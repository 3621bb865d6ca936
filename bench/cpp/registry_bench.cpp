// The registry with a given number of records: reads by one and by two threads while another thread
// writes continuously, and a retention pass that drops all records.
#include <benchmark/benchmark.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "engine/registry.hpp"
#include "execution/execution.hpp"
#include "sizes.hpp"
#include "support/fake_host.hpp"

namespace escher::bench {
namespace {

constexpr Millis kRetention{1000};
constexpr std::size_t kListed = 100;

class Records {
 public:
  // Filled once for consecutive benchmarks with the same number.
  static Records& of(std::size_t count) {
    static std::unique_ptr<Records> records;
    if (!records || records->registry.counts().records < count || records->ids.size() != count) {
      records.reset();
      records = std::make_unique<Records>(count);
    }
    return *records;
  }

  explicit Records(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) ids.push_back(finish(add()));
  }

  ExecutionId add() {
    ExecutionRequest request;
    request.id = format_id(random_id());
    request.command = ExecCommand{"/bin/true", {}};
    auto execution = host.make_execution(strand, std::move(request));
    const ExecutionId id = execution->id();
    registry.add(std::move(execution));
    registry.set_admitted(id);
    registry.set_running(id);
    return id;
  }

  ExecutionId finish(const ExecutionId& id) {
    auto result = std::make_shared<ExecutionResult>();
    result->id = id;
    result->status = Status::completed;
    result->command = "/bin/true";
    registry.finish(id, std::move(result), std::make_shared<CapturedOutput>());
    return id;
  }

  test::FakeHost host;
  boost::asio::io_context io;
  Strand strand{io.get_executor()};
  Registry registry{{kRetention, SIZE_MAX, UINT64_MAX}};
  std::vector<ExecutionId> ids;
};

// Executions that are added, run, end and are removed, one after the other.
class Writer {
 public:
  explicit Writer(Records& records)
      : thread_([this, &records](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            benchmark::DoNotOptimize(records.registry.remove(records.finish(records.add())));
            written_.fetch_add(1, std::memory_order_relaxed);
          }
        }) {}

  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> written_{0};
  std::jthread thread_;
};

Records* records = nullptr;
std::unique_ptr<Writer> writer;

void begin_writing(const benchmark::State& state) {
  records = &Records::of(size_of(state));
  writer = std::make_unique<Writer>(*records);
}
void end_writing(const benchmark::State&) { writer.reset(); }

template <typename Read>
void read_under_load(benchmark::State& state, Read read) {
  const std::uint64_t before = writer->written();
  for (auto _ : state) benchmark::DoNotOptimize(read());
  if (state.thread_index() != 0) return;
  state.counters["writes"] = benchmark::Counter(static_cast<double>(writer->written() - before),
                                                benchmark::Counter::kIsRate);
}

void RegistryFind(benchmark::State& state) {
  // The steps spread over all records; each thread starts at a different place.
  std::size_t at = static_cast<std::size_t>(state.thread_index()) * 1'000'003;
  read_under_load(state, [&] {
    at += 618'033;
    return records->registry.find(records->ids[at % records->ids.size()]);
  });
}

void RegistryCounts(benchmark::State& state) {
  read_under_load(state, [] { return records->registry.counts(); });
}

// Lists the newest records.
void RegistryList(benchmark::State& state) {
  read_under_load(state, [] { return records->registry.list({{}, "", kListed}); });
}

// One pass that drops all records. Time and rate are those of the pass, without the destruction of
// the records, which the caller does.
void RegistrySweep(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    Registry& registry = Records::of(size_of(state)).registry;
    const auto later = SteadyClock::now() + to_steady(kRetention) * 2;
    state.ResumeTiming();
    auto dropped = registry.sweep(later);
    state.PauseTiming();
    if (dropped.size() != size_of(state)) state.SkipWithError("not all were dropped");
    dropped = {};
    state.ResumeTiming();
  }
  count_items(state);
}

// Sorted by size first, so that the registry is filled once for each size.
[[maybe_unused]] const bool registered = [] {
  const auto reading = [](const char* name, void (*read)(benchmark::State&), std::int64_t size) {
    for (const int threads : {1, 2}) {
      benchmark::RegisterBenchmark(name, read)
          ->Arg(size)
          ->ArgName("records")
          ->Threads(threads)
          ->UseRealTime()
          ->Setup(begin_writing)
          ->Teardown(end_writing);
    }
  };
  for (const std::int64_t size : kSizes) {
    reading("RegistryFind", RegistryFind, size);
    reading("RegistryCounts", RegistryCounts, size);
    reading("RegistryList", RegistryList, size);
    benchmark::RegisterBenchmark("RegistrySweep", RegistrySweep)->Arg(size)->ArgName("records");
  }
  return true;
}();

}  // namespace
}  // namespace escher::bench
