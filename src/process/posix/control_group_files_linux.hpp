// The files of a control group v2, and where that of the host is. Any thread.
#pragma once

#include <optional>
#include <string>

#include "process/control_group.hpp"

namespace escher::posix {

// Where the groups of an engine are made: in the host's own group, or in the one above it, if that
// is what was delegated and the host has a group of its own in it. Limits can be set only there: a
// group with processes of its own hands no controller on. Empty where there is no cgroup v2.
std::string base_group();
// The same for a host in `group`, where `top` is the uppermost one that can be seen.
std::string base_of(const std::string& group, const std::string& top);

// 0, or the errno.
int write_group_file(const std::string& file, const std::string& value);

// What every failure of a control group is told as.
Error group_error(int os_error, const std::string& path, const std::string& why);

// Whether groups may be made below it and processes put into them: what the kernel calls delegated.
bool is_delegated(const std::string& group);

// Hands on to the groups below it what the limits need; the error says what is missing.
std::optional<Error> hand_on_controllers(const std::string& group, const GroupLimits& limits);
std::optional<Error> set_group_limits(const std::string& group, const GroupLimits& limits);

// Nobody lives in it or below.
bool is_group_empty(const std::string& group);
// It is as a new one: nobody lives in it, nothing is below it, and whoever comes is not frozen.
bool is_group_clean(const std::string& group);

}  // namespace escher::posix
