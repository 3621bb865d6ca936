// engine_floor: the bare system calls as a program, for bench/node to measure the engine against.
// Prints one line of JSON. Whatever was lost, a child or a byte, ends it with a message and 1.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "floor/bare_child.hpp"
#include "floor/launch_loop.hpp"
#include "floor/read_loop.hpp"

namespace escher::bench {
namespace {

using Arguments = std::vector<std::string_view>;

constexpr const char* kUsage =
    "usage: engine_floor spawn COUNT CONCURRENCY [THREADS]\n"
    "       engine_floor read BYTES                         from a producer of its own\n"
    "       engine_floor read [--keep BYTES] -- PROGRAM...   keeps all, or the first so many\n"
    "       engine_floor produce BYTES                      that producer";

struct UsageError : std::runtime_error {
  UsageError() : std::runtime_error(kUsage) {}
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw UsageError();
  return value;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Of this process with its threads, not of its children.
double cpu_seconds() {
  rusage usage = {};
  checked(::getrusage(RUSAGE_SELF, &usage), "getrusage");
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

// Not ru_maxrss: in that there is the size of whoever launched this process.
double peak_megabytes() {
  constexpr std::string_view kLabel = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kLabel)) return std::stod(line.substr(kLabel.size())) / 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

// `work` returns how much was done.
template <typename Work>
void report(Work work) {
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  const auto amount = static_cast<double>(work());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf(R"({"perSecond":%.3f,"seconds":%.6f,"cpuSeconds":%.6f,"maxRssMb":%.1f})"
              "\n",
              amount / elapsed.count(), elapsed.count(), cpu_seconds() - cpu, peak_megabytes());
}

// For execvp, which takes them as char* and does not write to them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

void spawn(const Arguments& arguments) {
  if (arguments.size() < 2 || arguments.size() > 3) throw UsageError();
  const std::vector<std::string> command{"/bin/true"};
  const auto argv = pointers(command);
  LaunchLoad load;
  load.argv = argv.data();
  load.count = number(arguments[0]);
  load.concurrency = number(arguments[1]);
  if (arguments.size() == 3) load.threads = number(arguments[2]);
  report([&] {
    launch_all(load);
    return load.count;
  });
}

void read_program(const std::vector<std::string>& command, std::uint64_t limit) {
  const auto argv = pointers(command);
  report([&] { return read_all(argv.data(), limit).bytes; });
}

void read_produced(std::uint64_t bytes) {
  const std::vector<std::string> command{"/proc/self/exe", "produce", std::to_string(bytes)};
  const auto argv = pointers(command);
  report([&] {
    const auto outcome = read_all(argv.data(), bytes);
    if (outcome.bytes == bytes && outcome.kept.total() == bytes) return bytes;
    throw std::runtime_error("of " + std::to_string(bytes) + " bytes " +
                             std::to_string(outcome.bytes) + " arrived, and " +
                             std::to_string(outcome.kept.total()) + " were kept");
  });
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
  if (arguments[0] == "spawn") return spawn(rest);
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
