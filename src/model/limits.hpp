// Resource limits of a child. A limit that is not set is inherited from the host. Values.
#pragma once

#include <cstdint>
#include <optional>

namespace escher {

struct ProcessLimits {
  std::optional<std::uint64_t> cpu_seconds;
  std::optional<std::uint64_t> address_space_bytes;
  std::optional<std::uint64_t> file_size_bytes;
  std::optional<std::uint64_t> open_files;
  std::optional<std::uint64_t> processes;  // of the user, not of the tree
  std::optional<std::uint64_t> core_bytes;
  std::optional<int> nice;  // from -20 (highest priority) to 19
  std::optional<unsigned> umask;
  // Of the process tree, through a cgroup.
  std::optional<std::uint64_t> memory_max;  // bytes
  std::optional<std::uint64_t> pids_max;

  // These limits, overridden by those that `other` sets.
  ProcessLimits with(const ProcessLimits& other) const {
    ProcessLimits both = other;
    const auto fall_back = [](auto& value, const auto& inherited) {
      if (!value) value = inherited;
    };
    fall_back(both.cpu_seconds, cpu_seconds);
    fall_back(both.address_space_bytes, address_space_bytes);
    fall_back(both.file_size_bytes, file_size_bytes);
    fall_back(both.open_files, open_files);
    fall_back(both.processes, processes);
    fall_back(both.core_bytes, core_bytes);
    fall_back(both.nice, nice);
    fall_back(both.umask, umask);
    fall_back(both.memory_max, memory_max);
    fall_back(both.pids_max, pids_max);
    return both;
  }
};

}  // namespace escher
