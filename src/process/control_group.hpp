// A control group (cgroup v2) of one execution: limits for its whole tree, and an end that nobody
// in it escapes, whatever he did to his session and his environment. Lent by the engine's
// ControlGroups on the spawn thread, then used on the strand of its execution, which owns it; goes
// back when it is dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "policy/process_tree.hpp"

namespace escher {

struct GroupLimits {
  std::optional<std::uint64_t> memory_max;  // bytes
  std::optional<std::uint64_t> pids_max;
};

class ControlGroup {
 public:
  // Where it goes back to. Outlives every group.
  class Home;

  // Why there can be none with these limits; nothing if there can. To be asked before anything is
  // admitted. Any thread.
  static std::optional<Error> refusal(const GroupLimits& limits);

  ControlGroup(ControlGroup&& other) noexcept;
  ControlGroup& operator=(ControlGroup&& other) noexcept;
  ~ControlGroup();

  // Its directory, for the launch: whoever is made in it stays in it. POSIX; -1 after `entered`.
  int entrance() const { return entrance_; }
  void entered();
  // Nobody else is to get it.
  void spoil() { use_ = use_ == Use::again ? Use::once : use_; }

  // Nobody can be made in it any more, see `try_entry`.
  void kill();
  // Nobody lives in it any more, zombies aside.
  bool is_empty() const;
  // Adds those that live in it and are not there yet.
  void add_members(std::vector<TreeMember>& members) const;

  const std::string& path() const { return path_; }

 private:
  friend class Home;
  // `loose`: once, and whoever is left in it is left alone.
  enum class Use : std::uint8_t { again, once, loose };
  ControlGroup(std::shared_ptr<Home> home, std::string path, int entrance, Use use)
      : home_(std::move(home)), path_(std::move(path)), entrance_(entrance), use_(use) {}

  std::shared_ptr<Home> home_;
  std::string path_;
  int entrance_ = -1;
  Use use_ = Use::again;
};

}  // namespace escher
