// A job object: the tree of one execution. Every descendant is in it, whatever it does, and the
// system ends all of them when the last handle of the job is closed, also by the death of the host.
// Shared by the process and by its place in the pool of jobs; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/error.hpp"
#include "model/result.hpp"
#include "model/windows/native.hpp"

namespace escher::windows {

struct JobLimits {
  std::optional<std::uint64_t> memory;       // bytes of the whole tree
  std::optional<std::uint64_t> processes;    // at the same time
  std::optional<std::uint64_t> cpu_seconds;  // user mode, of each process
};

class Job {
 public:
  // `outlives_host`: its processes are not ended when the handle is closed.
  static Result<std::shared_ptr<Job>> create(bool outlives_host);
  explicit Job(UniqueHandle handle, bool outlives_host)
      : handle_(std::move(handle)), outlives_host_(outlives_host) {}

  HANDLE handle() const { return handle_.get(); }
  // Before a process is in it.
  Result<void> set_limits(const JobLimits& limits);

  // Ends every process. False: there was none.
  bool terminate();
  std::size_t active() const;
  std::vector<int> members() const;
  // The CPU time of all processes that are or were in it.
  void add_times(ResourceUsage& usage) const;

 private:
  const UniqueHandle handle_;
  const bool outlives_host_;
};

}  // namespace escher::windows
