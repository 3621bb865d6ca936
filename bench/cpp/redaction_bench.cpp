// The cost of redacting secrets in a stream, between the pipe and the code that keeps, logs or
// delivers the output. Without secrets there is no redactor and no cost.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "output/redaction/redactor.hpp"
#include "sizes.hpp"
#include "text.hpp"

namespace escher::bench {
namespace {

// Like an access key: 40 letters and digits.
std::string secret(std::size_t number) {
  std::string text;
  for (std::uint64_t bits = number + 1; text.size() < 40;) {
    bits = bits * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    text.push_back(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[(bits >> 33) % 62]);
  }
  return text;
}

std::vector<std::string> secrets(std::size_t count) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(secret(i));
  return all;
}

// Log lines of 80 bytes; every `with_secret`th one contains the first secret, 0 = none does.
std::string log_of(std::size_t lines, std::size_t with_secret) {
  constexpr std::string_view kHead = "2026-11-21T09:30:00Z INFO request=";
  std::string log;
  log.reserve(lines * kLineBytes);
  for (std::size_t i = 0; i < lines; ++i) {
    const bool has_secret = with_secret > 0 && i % with_secret == 0;
    std::string line = std::string(kHead) + (has_secret ? secret(0) : std::to_string(i * 7919));
    line.resize(kLineBytes - 1, '.');
    log.append(line).push_back('\n');
  }
  return log;
}

std::size_t redact(const Redactor& redactor, std::string_view log) {
  RedactingStream stream(redactor);
  std::size_t passed = 0;
  const RedactingStream::Sink sink = [&](std::string_view piece) { passed += piece.size(); };
  in_chunks(log, [&](std::string_view chunk) { stream.feed(chunk, sink); });
  stream.finish(sink);
  return passed;
}

// Arguments: number of lines; number of secrets; every how many lines contain a secret.
void RedactStream(benchmark::State& state) {
  const Redactor redactor(secrets(static_cast<std::size_t>(state.range(1))));
  const std::string log = log_of(size_of(state), static_cast<std::size_t>(state.range(2)));
  if (redact(redactor, log) != redactor.redact(log).size()) {
    throw std::runtime_error("the stream and the text were redacted differently");
  }
  for (auto _ : state) benchmark::DoNotOptimize(redact(redactor, log));
  count_items(state);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * log.size()));
}
void with_secrets(benchmark::internal::Benchmark* each) {
  each->ArgNames({"lines", "secrets", "every"});
  for (const std::int64_t size : kSizes) each->Args({size, 8, 0});
  for (const std::int64_t count : {1, 8, 100}) each->Args({100'000, count, 100});
}
BENCHMARK(RedactStream)->Apply(with_secrets);

// Done once for the secrets of an engine, and once for those of a request.
void CompileSecrets(benchmark::State& state) {
  const auto all = secrets(size_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(Redactor(all));
  count_items(state);
}
BENCHMARK(CompileSecrets)->Arg(1)->Arg(8)->Arg(100)->ArgName("secrets");

}  // namespace
}  // namespace escher::bench
