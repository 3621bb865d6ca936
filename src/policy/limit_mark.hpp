// A mark for the descendants of an engine that they cannot lose by accident, as they lose an
// environment, and that can be read where the environment of a process cannot: another user's, or
// one that is not dumpable. It is the value of a resource limit, which every process inherits,
// which survives execve, also that of a setuid program, and which anyone may read. The limit is
// RLIMIT_RTTIME: the values are so high that no process reaches them.
//
// The hard limit has 56 bits for the engine, below a single bit that gives the level: an engine
// inside a command of another one can only lower the limit. The soft limit has 56 bits for the
// execution. Pure; for the watchdog too, which is a program without the C++ runtime.
#pragma once

#include <cstdint>
#include <string_view>

namespace escher::limit_mark {

inline constexpr int kBits = 56;
inline constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
inline constexpr int kLowestLevel = kBits + 1;  // 2^57 us: over 4000 years
inline constexpr int kHighestLevel = 62;
// The bit above the number of the execution: over 2000 years.
inline constexpr std::uint64_t kExecutionBit = std::uint64_t{1} << kBits;

// The number of an engine, by its token, or of an execution, by its id; never 0.
constexpr std::uint64_t number_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return (hash ^ (hash >> kBits)) % kMask + 1;
}

struct Numbers {
  std::uint64_t engine = 0;  // 0 = no mark
  std::uint64_t execution = 0;
};

struct Limits {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;  // 0 = none
};

// Whether it is the hard limit of a mark, of whatever engine.
constexpr bool is_mark(std::uint64_t hard) {
  const std::uint64_t level = hard >> kLowestLevel;
  return level != 0 && (level & (level - 1)) == 0 && level >> (kHighestLevel - kLowestLevel) <= 1;
}

// The highest mark that the limits of the host allow; `hard` is 0 if there is none. A soft limit
// that was set for a purpose remains, without the execution.
constexpr Limits mark(Numbers numbers, Limits host) {
  const std::uint64_t execution = kExecutionBit | numbers.execution;
  for (int level = kHighestLevel; level >= kLowestLevel; --level) {
    const std::uint64_t hard = (std::uint64_t{1} << level) | numbers.engine;
    if (hard <= host.hard) return {host.soft < kExecutionBit ? host.soft : execution, hard};
  }
  return {};
}

// The highest limits below every mark; `hard` is 0 if the host has no mark.
constexpr Limits without_mark(Limits host) {
  if (!is_mark(host.hard)) return {};
  return {host.soft < kExecutionBit ? host.soft : kExecutionBit - 1, kExecutionBit - 1};
}

// The process was marked by the engine, and has changed its soft limit.
inline constexpr std::uint64_t kUnknownExecution = ~std::uint64_t{0};

// The number of the execution of this engine in the limits of a process; 0 if they have no mark, or
// that of another engine.
constexpr std::uint64_t execution_in(Limits limits, std::uint64_t engine) {
  if (!is_mark(limits.hard)) return 0;
  const std::uint64_t below_level = limits.hard & ((std::uint64_t{1} << kLowestLevel) - 1);
  if (below_level != engine) return 0;
  const std::uint64_t execution = limits.soft & kMask;
  return limits.soft >> kBits == 1 && execution != 0 ? execution : kUnknownExecution;
}

}  // namespace escher::limit_mark
