// A launch of /bin/true until it is reaped: by the whole engine, by bare system calls, and by fork,
// in a host with 0, 256 MiB and 1 GiB in use. The time is that of one launch at the given
// concurrency; the CPU is that of the host, with all its threads and without the children.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include "engine_run.hpp"
#include "floor/launch_loop.hpp"

namespace escher::bench {
namespace {

// Memory in use, in pages of 4 KiB as in a heap, whose page tables fork copies. Allocated once for
// consecutive benchmarks of the same size.
class Ballast {
 public:
  static void hold(std::size_t bytes) {
    static Ballast ballast;
    if (ballast.size_ == bytes) return;
    ballast.release();
    if (bytes > 0) ballast.allocate(bytes);
  }

 private:
  void allocate(std::size_t bytes) {
    base_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) throw std::system_error(errno, std::system_category(), "mmap");
    size_ = bytes;
    ::madvise(base_, bytes, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < bytes; at += 4096) static_cast<char*>(base_)[at] = 1;
  }
  void release() {
    if (size_ > 0) ::munmap(base_, size_);
    size_ = 0;
  }

  void* base_ = nullptr;
  std::size_t size_ = 0;
};

// Launches per run, as a multiple of the concurrency: enough that the start and the end of the run,
// when fewer launches are active, have little weight. Not used for fork, which is slow.
constexpr std::size_t kTurns = 8;

std::size_t concurrency_of(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

// Calls `launch_many(count)` until the benchmark has enough iterations.
template <typename LaunchMany>
void measure(benchmark::State& state, std::size_t turns, LaunchMany launch_many) {
  Ballast::hold(static_cast<std::size_t>(state.range(1)) << 20);
  const std::size_t count = concurrency_of(state) * turns;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(count))) launch_many(count);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void LaunchByEngine(benchmark::State& state) {
  EngineRun engine(EngineRun::config());
  const Command command = ExecCommand{"/bin/true", {}};
  measure(state, kTurns,
          [&](std::size_t count) { engine.run(command, count, concurrency_of(state)); });
}

void launch_bare_calls(benchmark::State& state, LaunchCall call, std::size_t threads) {
  char program[] = "/bin/true";
  char* const argv[] = {program, nullptr};
  const std::size_t turns = call == LaunchCall::fork ? 1 : kTurns;
  measure(state, turns, [&](std::size_t count) {
    launch_all({call, argv, count, concurrency_of(state), threads});
  });
}

void LaunchByBareCalls(benchmark::State& state) { launch_bare_calls(state, LaunchCall::clone, 1); }
void LaunchByBareCallsOnTwoThreads(benchmark::State& state) {
  launch_bare_calls(state, LaunchCall::clone, 2);
}
void LaunchByFork(benchmark::State& state) { launch_bare_calls(state, LaunchCall::fork, 1); }

// The small sizes last, so that no memory is held for later benchmarks.
void with_memory(benchmark::internal::Benchmark* each, const std::vector<std::int64_t>& at_a_time) {
  for (const std::int64_t mebibytes : {1024, 256, 0}) {
    for (const std::int64_t concurrency : at_a_time) each->Args({concurrency, mebibytes});
  }
  each->ArgNames({"at_a_time", "MiB"})->UseRealTime()->MeasureProcessCPUTime();
  each->Unit(benchmark::kMicrosecond);
}
void one_and_many(benchmark::internal::Benchmark* each) { with_memory(each, {1, 32}); }
void many(benchmark::internal::Benchmark* each) { with_memory(each, {32}); }

BENCHMARK(LaunchByEngine)->Apply(one_and_many);
BENCHMARK(LaunchByBareCalls)->Apply(one_and_many);
BENCHMARK(LaunchByBareCallsOnTwoThreads)->Apply(many);
BENCHMARK(LaunchByFork)->Apply(one_and_many);

}  // namespace
}  // namespace escher::bench
