#include "support/group_host.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "process/posix/control_group_files_linux.hpp"
#include "process/posix/control_group_tree_linux.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

std::string name_of(pid_t helper) { return "/test-of-escher-" + std::to_string(helper); }

bool leave_mounts() {
  return ::unshare(CLONE_NEWNS) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool mount_groups(const std::string& point) {
  if (!leave_mounts() || ::mount("none", point.c_str(), "cgroup2", 0, nullptr) != 0) return false;
  const std::string outer = point + name_of(::getpid());
  // In the uppermost but one the engine would take the uppermost for what was delegated.
  const std::string group = outer + "/host";
  return ::mkdir(outer.c_str(), 0700) == 0 && ::mkdir(group.c_str(), 0700) == 0 &&
         posix::write_group_file(group + "/cgroup.procs", "0") == 0;
}

bool unmount_groups() {
  if (!leave_mounts()) return false;
  for (std::string own; !(own = posix::base_group()).empty();) {
    if (::umount2(own.c_str(), MNT_DETACH) != 0) return false;
  }
  return true;
}

}  // namespace

GroupHost::GroupHost(Groups groups, const std::function<void(const HelperProcess::Channel&)>& body)
    : helper_([&](const HelperProcess::Channel& channel) {
        const bool there =
            groups == Groups::own ? mount_groups(directory_.path()) : unmount_groups();
        channel.tell(there ? "there" : "not root");
        if (there) body(channel);
        if (there && groups == Groups::own) ::umount2(directory_.path().c_str(), MNT_DETACH);
        return 0;
      }) {}

GroupHost::~GroupHost() {
  helper_.kill();
  helper_.wait();
  if (::mount("none", directory_.path().c_str(), "cgroup2", 0, nullptr) != 0) return;
  const std::string group = directory_.path() + name_of(helper_.pid());
  look_until("the end of its groups", [&] {
    posix::kill_group(group.c_str());
    return posix::remove_group(group.c_str());
  });
  ::umount2(directory_.path().c_str(), MNT_DETACH);
}

const std::string& GroupHost::first_line() {
  if (first_line_.empty()) first_line_ = helper_.read_line();
  return first_line_;
}

std::string GroupHost::read_line() {
  first_line();
  return helper_.read_line();
}

std::string GroupHost::own() { return posix::base_group(); }

}  // namespace escher::test
