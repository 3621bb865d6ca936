#include "support/cgroup_host.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"
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
  // If the host were in `outer`, the engine would treat the group above as the delegated one.
  const std::string group = outer + "/host";
  return ::mkdir(outer.c_str(), 0700) == 0 && ::mkdir(group.c_str(), 0700) == 0 &&
         posix::write_cgroup_file(group + "/cgroup.procs", "0") == 0;
}

bool unmount_groups() {
  if (!leave_mounts()) return false;
  for (std::string own; !(own = posix::base_cgroup()).empty();) {
    if (::umount2(own.c_str(), MNT_DETACH) != 0) return false;
  }
  return true;
}

}  // namespace

CgroupHost::CgroupHost(Groups groups,
                       const std::function<void(const HelperProcess::Channel&)>& body)
    : helper_([&](const HelperProcess::Channel& channel) {
        const bool is_mounted =
            groups == Groups::own ? mount_groups(directory_.path()) : unmount_groups();
        channel.send(is_mounted ? "ready" : "not root");
        if (is_mounted) body(channel);
        if (is_mounted && groups == Groups::own) ::umount2(directory_.path().c_str(), MNT_DETACH);
        return 0;
      }) {}

CgroupHost::~CgroupHost() {
  helper_.kill();
  helper_.wait();
  if (::mount("none", directory_.path().c_str(), "cgroup2", 0, nullptr) != 0) return;
  const std::string group = directory_.path() + name_of(helper_.pid());
  look_until("the removal of its groups", [&] {
    // Strangers too, which the engine spares.
    posix::write_cgroup_file(group + "/cgroup.kill", "1");
    return posix::remove_cgroup(group.c_str());
  });
  ::umount2(directory_.path().c_str(), MNT_DETACH);
}

const std::string& CgroupHost::first_line() {
  if (first_line_.empty()) first_line_ = helper_.read_line();
  return first_line_;
}

std::string CgroupHost::read_line() {
  first_line();
  return helper_.read_line();
}

std::string CgroupHost::own() { return posix::base_cgroup(); }

}  // namespace escher::test
