#include "floor/cost.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "floor/bare_child.hpp"

namespace escher::bench {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Not from ru_maxrss, which includes the size of the process that launched this one.
double peak_mebibytes() {
  constexpr std::string_view kLabel = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kLabel)) return std::stod(line.substr(kLabel.size())) / 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmHWM");
}

// Ticks of user and system time from the fields behind the name in a `stat` file.
double ticks_of(const std::string& fields) {
  constexpr int kBefore = 11;  // fields 3 to 13 of proc(5)
  std::istringstream stream(fields);
  std::string skipped;
  for (int field = 0; field < kBefore; ++field) stream >> skipped;
  double user = 0;
  double system = 0;
  stream >> user >> system;
  return user + system;
}

}  // namespace

Cost::Cost()
    : cpu_(cpu_seconds()), threads_(thread_seconds()), begin_(std::chrono::steady_clock::now()) {}

// CPU time of this process with its threads, without its children.
double Cost::cpu_seconds() {
  rusage usage = {};
  checked(::getrusage(RUSAGE_SELF, &usage), "getrusage");
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

Cost::ThreadSeconds Cost::thread_seconds() {
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const std::string main = std::to_string(::getpid());
  ThreadSeconds result;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string stat;
    std::getline(std::ifstream(entry.path() / "stat"), stat);
    const auto open = stat.find('(');
    const auto close = stat.rfind(')');
    if (close == std::string::npos) continue;  // the thread has ended
    const std::string name =
        entry.path().filename() == main ? "main" : stat.substr(open + 1, close - open - 1);
    result[name] += ticks_of(stat.substr(close + 1)) / ticks_per_second;
  }
  return result;
}

std::string Cost::report(double amount) const {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin_;
  std::array<char, 256> text;
  std::snprintf(text.data(), text.size(),
                R"({"amount":%.0f,"seconds":%.6f,"cpuSeconds":%.6f,"peakMb":%.1f,"threads":{)",
                amount, elapsed.count(), cpu_seconds() - cpu_, peak_mebibytes());
  std::string json = text.data();
  const char* separator = "";
  for (const auto& [name, now] : thread_seconds()) {
    const auto before = threads_.find(name);
    const double spent = now - (before == threads_.end() ? 0 : before->second);
    json.append(separator).append("\"").append(name).append("\":").append(std::to_string(spent));
    separator = ",";
  }
  return json + "}}";
}

}  // namespace escher::bench
