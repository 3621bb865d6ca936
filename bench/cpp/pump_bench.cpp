// One stream of lines from a pipe into memory: the whole engine without and with a listener, and a
// bare loop of read() that keeps the same number of bytes. The producer is `cat` of a file in
// memory.
#include <benchmark/benchmark.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>

#include "engine_run.hpp"
#include "floor/bare_child.hpp"
#include "floor/read_loop.hpp"
#include "text.hpp"

namespace escher::bench {
namespace {

constexpr std::size_t kFileLines = 1'000'000;
constexpr std::uint64_t kFileBytes = kFileLines * kLineBytes;

// A file of lines in memory, which `cat` opens. It disappears with this process, however that ends.
const std::string& lines_file() {
  static const std::string path = [] {
    const auto fd = checked(::memfd_create("lines", MFD_CLOEXEC), "memfd_create");
    std::string name = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
    std::ofstream file(name, std::ios::binary);
    if (!(file << lines_of(kLineBytes, kFileLines)).flush()) {
      throw std::runtime_error("cannot write " + name);
    }
    return name;
  }();
  return path;
}

// The argument is the number of MiB that are kept.
std::uint64_t limit_of(const benchmark::State& state) {
  return static_cast<std::uint64_t>(state.range(0)) << 20;
}

void expect(std::uint64_t expected, std::uint64_t found, const char* what) {
  if (found >= expected) return;
  throw std::runtime_error(std::to_string(found) + " of " + std::to_string(expected) + " bytes " +
                           what);
}

void pump_by_engine(benchmark::State& state, bool listening) {
  Config config = EngineRun::config();
  config.max_output_size_bytes = limit_of(state);
  // One record is kept while the next one is created.
  config.max_retained_bytes = limit_of(state) + 4096;
  EngineRun engine(config, listening);
  const Command command = ExecCommand{"cat", {lines_file()}};
  std::uint64_t runs = 0;
  for (auto _ : state) {
    expect(kFileBytes, engine.run(command, 1), "arrived");
    expect(limit_of(state), engine.retained_bytes(), "are kept");
    ++runs;
  }
  if (listening) expect(runs * kFileBytes, engine.delivered_bytes(), "were delivered");
  state.SetBytesProcessed(static_cast<std::int64_t>(runs * kFileBytes));
}

void PumpByEngine(benchmark::State& state) { pump_by_engine(state, false); }
void PumpByEngineWithListener(benchmark::State& state) { pump_by_engine(state, true); }

void PumpByBareReads(benchmark::State& state) {
  char program[] = "cat";
  std::string file = lines_file();
  char* const argv[] = {program, file.data(), nullptr};
  for (auto _ : state) {
    const auto outcome = read_all(argv, limit_of(state));
    expect(kFileBytes, outcome.bytes, "arrived");
    expect(limit_of(state), outcome.kept.total(), "are kept");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kFileBytes));
}

// The amount that is kept by default, and all of the output.
void with_limits(benchmark::internal::Benchmark* each) {
  each->Arg(10)->Arg(64)->ArgName("MiB")->UseRealTime()->MeasureProcessCPUTime();
  each->Unit(benchmark::kMillisecond);
}

BENCHMARK(PumpByEngine)->Apply(with_limits);
BENCHMARK(PumpByEngineWithListener)->Apply(with_limits);
BENCHMARK(PumpByBareReads)->Apply(with_limits);

}  // namespace
}  // namespace escher::bench
