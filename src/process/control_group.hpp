// A control group (cgroup v2) for one execution: limits for its whole tree, and an end that nobody
// in it escapes, whatever he did to his session and his environment. It is made below the host's
// own group, where that was delegated. Made on the spawn thread, then used on the strand of its
// execution, which owns it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"

namespace escher {

struct GroupLimits {
  std::optional<std::uint64_t> memory_max;  // bytes
  std::optional<std::uint64_t> pids_max;
};

class ControlGroup {
 public:
  // Why there can be none with these limits; nothing if there can. To be asked before anything is
  // admitted. Any thread.
  static std::optional<Error> refusal(const GroupLimits& limits);

  // `name` is new there. The error says what is missing.
  static Result<ControlGroup> make(const std::string& name, const GroupLimits& limits);
  ControlGroup(ControlGroup&& other) noexcept;
  ControlGroup& operator=(ControlGroup&& other) noexcept;
  // Removes it, if nobody lives in it.
  ~ControlGroup();

  // Whoever writes "0" into it is in. POSIX.
  int entrance() const { return entrance_; }
  void kill();
  // The numbers of those that live in it.
  std::vector<int> members() const;

  // The groups that were not empty when their executions ended, and those of dead hosts.
  static void remove_empty();

 private:
  ControlGroup(std::string path, int entrance) : path_(std::move(path)), entrance_(entrance) {}

  std::string path_;
  int entrance_ = -1;
};

}  // namespace escher
