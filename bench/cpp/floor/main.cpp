// engine_floor: the bare system calls as a program, with which bench/node compares the engine.
// Prints the costs as a JSON array. If a child or a byte is lost, it prints a message and exits
// with 1.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "floor/bare_child.hpp"
#include "floor/cost.hpp"
#include "floor/launch_loop.hpp"
#include "floor/read_loop.hpp"

namespace escher::bench {
namespace {

using Arguments = std::vector<std::string_view>;

constexpr const char* kUsage =
    "usage: engine_floor launch CONCURRENCY THREADS HEAP_MIB COUNT...  the cost of each COUNT\n"
    "       engine_floor read BYTES                         from its own producer\n"
    "       engine_floor read [--keep BYTES] -- PROGRAM...  keeps all output, or the first BYTES\n"
    "       engine_floor produce BYTES                      the producer of `read BYTES`";

struct UsageError : std::runtime_error {
  UsageError() : std::runtime_error(kUsage) {}
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw UsageError();
  return value;
}

// `work` returns the amount of work done.
template <typename Work>
std::string cost_of(Work work) {
  const Cost cost;
  return cost.report(static_cast<double>(work()));
}

void print(const std::vector<std::string>& costs) {
  const char* separator = "[";
  for (const auto& cost : costs) {
    std::printf("%s%s", separator, cost.c_str());
    separator = ",";
  }
  std::printf("]\n");
}

// For execvp, which takes char* and does not write to them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

void launch(const Arguments& arguments) {
  if (arguments.size() < 4) throw UsageError();
  const std::vector<std::string> command{"/bin/true"};
  const auto argv = pointers(command);
  LaunchLoad load;
  load.argv = argv.data();
  load.concurrency = number(arguments[0]);
  load.threads = number(arguments[1]);
  const std::vector<char> heap(number(arguments[2]) << 20, 1);
  std::vector<std::string> costs;
  for (auto count = arguments.begin() + 3; count != arguments.end(); ++count) {
    load.count = number(*count);
    costs.push_back(cost_of([&] {
      launch_all(load);
      return load.count;
    }));
  }
  // Read here, so that the heap stays allocated until this point.
  if (std::count(heap.begin(), heap.end(), 1) == std::ssize(heap)) print(costs);
}

void read_program(const std::vector<std::string>& command, std::uint64_t limit) {
  const auto argv = pointers(command);
  print({cost_of([&] { return read_all(argv.data(), limit).bytes; })});
}

void read_produced(std::uint64_t bytes) {
  const std::vector<std::string> command{"/proc/self/exe", "produce", std::to_string(bytes)};
  const auto argv = pointers(command);
  print({cost_of([&] {
    const auto outcome = read_all(argv.data(), bytes);
    if (outcome.bytes == bytes && outcome.kept.total() == bytes) return bytes;
    throw std::runtime_error("expected " + std::to_string(bytes) + " bytes, read " +
                             std::to_string(outcome.bytes) + ", kept " +
                             std::to_string(outcome.kept.total()));
  })});
}

void read(Arguments arguments) {
  if (arguments.size() == 1) return read_produced(number(arguments[0]));
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  auto at = arguments.begin();
  if (arguments.size() > 2 && *at == "--keep") {
    limit = number(at[1]);
    at += 2;
  }
  if (arguments.end() - at < 2 || *at != "--") throw UsageError();
  read_program({at + 1, arguments.end()}, limit);
}

// Lines of 80 bytes, as fast as a pipe takes them.
void produce(std::uint64_t bytes) {
  std::string lines;
  while (lines.size() < std::size_t{128} << 10) lines.append(79, 'x').push_back('\n');
  while (bytes > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, lines.size()));
    bytes -=
        static_cast<std::uint64_t>(checked(::write(STDOUT_FILENO, lines.data(), size), "write"));
  }
}

void run(const Arguments& arguments) {
  if (arguments.size() < 2) throw UsageError();
  const Arguments rest(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "launch") return launch(rest);
  if (arguments[0] == "read") return read(rest);
  if (arguments[0] == "produce" && rest.size() == 1) return produce(number(rest[0]));
  throw UsageError();
}

}  // namespace
}  // namespace escher::bench

int main(int count, char** arguments) {
  try {
    escher::bench::run({arguments + 1, arguments + count});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "engine_floor: %s\n", error.what());
    return 1;
  }
}
