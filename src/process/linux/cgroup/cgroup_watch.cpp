#include "process/linux/cgroup/cgroup_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <climits>
#include <string_view>

namespace escher::posix {
namespace {

constexpr std::uint32_t kChanges = IN_MODIFY | IN_ATTRIB | IN_CREATE;

// The kernel itself reports the first and the last process of a cgroup as a write to this file.
// No process can write to it.
bool is_news_of_the_kernel(const inotify_event& event) {
  return event.mask == IN_MODIFY && event.len > 0 &&
         std::string_view(event.name) == "cgroup.events";
}

}  // namespace

void CgroupWatch::watch_parent(const std::string& cgroup) {
  if (!queue_) queue_.reset(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  // Not the cgroups that the engine makes and removes below it.
  parent_ = queue_ ? ::inotify_add_watch(queue_.get(), cgroup.c_str(), IN_MODIFY) : kNone;
  if (parent_ < 0) parent_changed_ = true;
}

int CgroupWatch::add(const std::string& cgroup) {
  const int watch = queue_ ? ::inotify_add_watch(queue_.get(), cgroup.c_str(), kChanges) : kNone;
  if (watch < 0) return kNone;
  watched_.insert(watch);
  return watch;
}

void CgroupWatch::remove(int watch) {
  if (watched_.erase(watch) == 0) return;
  changed_.erase(watch);
  ::inotify_rm_watch(queue_.get(), watch);
}

bool CgroupWatch::is_changed(int watch) {
  read_events();
  return parent_changed_ || !watched_.contains(watch) || changed_.contains(watch);
}

void CgroupWatch::forget_changes(int watch) {
  read_events();
  changed_.erase(watch);
}

void CgroupWatch::read_events() {
  // A read returns as many events as fit, so one that leaves room for any other was the last.
  constexpr ssize_t kLargest = sizeof(inotify_event) + NAME_MAX + 1;
  alignas(inotify_event) char buffer[4096];
  ssize_t size = 0;
  do {
    size = ::read(queue_.get(), buffer, sizeof buffer);
    for (const char* at = buffer; at < buffer + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      note(*event);
      at += sizeof *event + event->len;
    }
  } while (size > static_cast<ssize_t>(sizeof buffer) - kLargest);
}

void CgroupWatch::note(const inotify_event& event) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    changed_ = watched_;
    parent_changed_ = true;
  }
  if (is_news_of_the_kernel(event)) return;
  if (event.wd == parent_) parent_changed_ = true;
  if (watched_.contains(event.wd)) changed_.insert(event.wd);
}

}  // namespace escher::posix
