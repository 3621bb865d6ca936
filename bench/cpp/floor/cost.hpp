// What a piece of work costs this process: time, CPU, the CPU of each thread, and peak memory.
// Linux. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace escher::bench {

class Cost {
 public:
  Cost();  // begins to measure

  // The cost since the construction, as a JSON object with the amount of work done.
  std::string report(double amount) const;

 private:
  // Seconds by the name of a thread. Threads of the same name are added up; the first thread is
  // "main". A thread that has ended is missing.
  using ThreadSeconds = std::map<std::string, double>;

  static double cpu_seconds();
  static ThreadSeconds thread_seconds();

  double cpu_;
  ThreadSeconds threads_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace escher::bench
