// The files of a cgroup (v2), and the place of the host's cgroup. For the pool and the engine's
// cgroups. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/cgroup.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"

namespace escher::posix {

// The cgroup in which the cgroups of an engine are made: the host's own, or the one above it if
// that is the delegated one and has no other processes. Limits can be set only in the second case,
// since a cgroup with processes in it cannot enable controllers. Empty where cgroup v2 is not
// mounted.
std::string base_cgroup();
// The same for a host in `cgroup`, where `top` is the uppermost cgroup that is visible.
std::string base_cgroup_of(const std::string& cgroup, const std::string& top);

// 0, or the errno.
int write_cgroup_file(const std::string& file, const std::string& value);

// Records in the cgroup that its processes are started after `tick`, and reads that; without a
// record there are no strangers.
void record_start(const std::string& cgroup, std::uint64_t tick);
Strangers recorded_strangers(const std::string& cgroup);

// The error that reports every failure of a cgroup.
Error cgroup_error(int os_error, const std::string& path, const std::string& why);

// Whether cgroups can be made below it and processes moved into them.
bool is_delegated(const std::string& cgroup);

// Enables the controllers that the limits need, for the cgroups below. The error names what is
// missing.
std::optional<Error> enable_controllers(const std::string& cgroup, const CgroupLimits& limits);
std::optional<Error> set_cgroup_limits(const std::string& cgroup, const CgroupLimits& limits);

// No live process is in it or below it.
bool is_cgroup_empty(const std::string& cgroup);
// The same, by its open `cgroup.events`.
bool is_cgroup_empty(int events);

// Adds the live processes in it and below it that are not in `members` yet.
void add_cgroup_members(const std::string& cgroup, const Strangers& strangers,
                        std::vector<TreeMember>& members);

}  // namespace escher::posix
