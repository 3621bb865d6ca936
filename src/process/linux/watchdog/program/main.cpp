// The watchdog of one engine: a program that outlives the host, to kill what the host left behind
// when it ended, in whatever way.
//
//   escher-watchdog <token> <control group> <since>
//   stdin: a pipe whose writing end the host holds; stdout: the session table
//
// It waits for the end of the pipe. Then it kills, until none of them is left, every process in the
// control group (empty = there is none) that was started at `since` or later, every process with
// the token in its marker, every process of a session in the table, and the children of all these.
// As a separate program it costs the host no copy of its memory. It needs only the C library, and
// has one thread.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>
#include <utility>

#include "policy/limit_mark.hpp"
#include "policy/marker_name.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"
#include "process/linux/proc/new_process_numbers.hpp"
#include "process/linux/proc/process_entry.hpp"
#include "process/linux/watchdog/program/processes.hpp"
#include "process/linux/watchdog/program/sessions.hpp"
#include "process/linux/watchdog/session_table.hpp"

namespace {

namespace limit_mark = escher::limit_mark;
using escher::posix::ExecPatience;
using escher::posix::ProcessFacts;
using escher::posix::SessionTable;
using escher::posix::Strangers;
using escher::watchdog::Found;
using escher::watchdog::Processes;
using escher::watchdog::Sessions;

constexpr int kLifeline = 0;
constexpr int kSharedTable = 1;
// It gives up after this time: a process may be unkillable while it waits for a device.
constexpr int kPatienceMs = 10'000;
constexpr int kLongestPauseMs = 128;
// Counted in looks, about 10 us each, and not in time: on a busy machine this process waits, too.
constexpr int kQuietLooks = 100;
constexpr int kMostLooks = 5'000;

// Larger than the environment of any process (6 MB with the arguments, since Linux 4.13). Untouched
// pages take no memory.
char environment[8 * 1024 * 1024];

// A watchdog that was stopped would sleep through the end of the host. So the kernel sends it
// SIGCONT when the pipe ends, as the signal that announces input.
void continue_at_the_end_of_the_host(pid_t watchdog) {
  ::fcntl(kLifeline, F_SETOWN, watchdog);
  ::fcntl(kLifeline, F_SETSIG, SIGCONT);
  ::fcntl(kLifeline, F_SETFL, O_ASYNC);
}

// An engine may have started the host. It does not end this process with the host: what the host
// leaves behind would remain.
void drop_the_mark_of_an_outer_engine() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_RTTIME, &limit) != 0) return;
  const auto lower = limit_mark::without_mark({limit.rlim_cur, limit.rlim_max});
  if (lower.hard == 0) return;
  limit = {lower.soft, lower.hard};
  ::setrlimit(RLIMIT_RTTIME, &limit);
}

// The host does not wait for the watchdog, and signals of the host's terminal or shell do not end
// it.
void detach() {
  // Before the fork, since the exit of this process reports to the host that everything is set up.
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2}) {
    ::signal(signal, SIG_IGN);
  }
  const pid_t child = ::fork();
  if (child < 0) ::_exit(1);
  if (child > 0) {
    continue_at_the_end_of_the_host(child);
    ::_exit(0);
  }
  ::prctl(PR_SET_NAME, "escher-watchdog");
  if (::chdir("/") != 0) return;
}

void wait_for_the_end_of_the_host() {
  char byte;
  for (;;) {
    const ssize_t got = ::read(kLifeline, &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

// By the mark in its limits or by its environment. Only the variable of that name counts: a process
// may have the marker of another one in the value of another variable.
bool is_marked(const char* token, int directory, const ProcessFacts& facts,
               ExecPatience* patience) {
  const auto limits = escher::posix::read_mark(directory, facts);
  if (limit_mark::execution_in(limits, limit_mark::number_of(token)) != 0) return true;
  const long size =
      escher::posix::read_environment(directory, facts, environment, sizeof environment, patience);
  if (size < 0) return false;
  size_t value_size = 0;
  const char* value = escher::posix::find_variable(environment, static_cast<size_t>(size),
                                                   escher::kMarkerName.data(), &value_size);
  return value != nullptr && ::memmem(value, value_size, token, ::strlen(token)) != nullptr;
}

void look(Processes* processes, const char* token) {
  const int proc = escher::posix::open_process_table();
  if (proc < 0) return;
  ExecPatience patience;
  escher::posix::ProcessNumbers numbers(proc);
  while (const pid_t pid = numbers.next()) {
    if (pid == ::getpid()) continue;
    const int directory = escher::posix::open_process(proc, pid);
    if (directory < 0) continue;
    Found found;
    const bool is_there = escher::posix::read_process(directory, &found.facts);
    found.doomed =
        is_there && found.facts.lives() && is_marked(token, directory, found.facts, &patience);
    ::close(directory);
    if (is_there && !processes->add(found)) break;
  }
  ::close(proc);
}

void doom_the_sessions(Processes* now, const Processes& before, const Sessions& sessions) {
  for (size_t i = 0; i < now->count; ++i) {
    Found& found = now->list[i];
    if (found.doomed || !found.facts.lives()) continue;
    found.doomed = sessions.is_watched(*now, before, found.facts.session);
  }
}

bool has_doomed_parent(const Processes& processes, const Found& child) {
  for (size_t i = 0; i < processes.count; ++i) {
    const Found& other = processes.list[i];
    if (other.doomed && other.facts.pid == child.facts.parent &&
        other.facts.started <= child.facts.started) {
      return true;
    }
  }
  return false;
}

void doom_the_children(Processes* processes) {
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = 0; i < processes->count; ++i) {
      Found& found = processes->list[i];
      if (found.doomed || !found.facts.lives() || !has_doomed_parent(*processes, found)) continue;
      found.doomed = true;
      grown = true;
    }
  }
}

// Opens the process again, since thousands of directories cannot stay open. Compares the start
// time, since the number may have been reused.
void kill_it(int proc, const ProcessFacts& facts) {
  const int directory = escher::posix::open_process(proc, facts.pid);
  if (directory < 0) return;
  ProcessFacts now;
  if (escher::posix::read_process(directory, &now) && now.started == facts.started) {
    escher::posix::signal_process(directory, facts, SIGKILL);
  }
  ::close(directory);
}

size_t kill_the_doomed(const Processes& processes) {
  const int proc = escher::posix::open_process_table();
  if (proc < 0) return 0;
  size_t count = 0;
  for (size_t i = 0; i < processes.count; ++i) {
    if (!processes.list[i].doomed) continue;
    kill_it(proc, processes.list[i].facts);
    ++count;
  }
  ::close(proc);
  return count;
}

// A process that forks and exits is gone before the pass over the table has come to it. So those
// that are new are looked at as they come, until none of the last ones was marked.
size_t chase(escher::posix::NewProcessNumbers* numbers, const char* token) {
  const int proc = escher::posix::open_process_table();
  if (proc < 0) return 0;
  size_t count = 0;
  ExecPatience patience;
  for (int looks = 0, quiet = 0; quiet < kQuietLooks && looks < kMostLooks; ++looks, ++quiet) {
    const pid_t pid = numbers->next();
    if (pid == 0) numbers->step_back();
    const int directory = pid > 0 ? escher::posix::open_process(proc, pid) : -1;
    if (directory < 0) continue;
    ProcessFacts facts;
    if (escher::posix::read_process(directory, &facts) && facts.lives() &&
        is_marked(token, directory, facts, &patience)) {
      escher::posix::signal_process(directory, facts, SIGKILL);
      quiet = 0;
      ++count;
    }
    ::close(directory);
  }
  ::close(proc);
  return count;
}

void pause_for(int ms) {
  timespec time = {ms / 1000, (ms % 1000) * 1'000'000L};
  ::nanosleep(&time, nullptr);
}

// True: no process is left in it, apart from strangers.
bool end_group(const char* group, const Strangers& strangers) {
  if (*group == '\0' || escher::posix::remove_cgroup(group)) return true;
  escher::posix::kill_cgroup(group, strangers);
  return escher::posix::remove_cgroup(group) || escher::posix::has_only_strangers(group, strangers);
}

void end_what_is_left(const char* token, const char* group, const Strangers& strangers,
                      const Sessions& sessions) {
  Processes now, before;
  escher::posix::NewProcessNumbers numbers;
  int pause = 1;
  int empty_passes = 0;
  for (int waited = 0; waited < kPatienceMs; waited += pause) {
    const bool is_group_gone = end_group(group, strangers);
    now.count = 0;
    look(&now, token);
    doom_the_sessions(&now, before, sessions);
    doom_the_children(&now);
    const size_t killed = kill_the_doomed(now) + chase(&numbers, token);
    // One pass may miss a process that is about to fork and exit; two in a row hardly do.
    empty_passes = killed == 0 && is_group_gone ? empty_passes + 1 : 0;
    if (empty_passes == 2) return;
    std::swap(now, before);
    // The next pass finds what was forked meanwhile.
    pause_for(pause);
    if (pause < kLongestPauseMs) pause *= 2;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    ::fputs("usage: escher-watchdog <token> <control group> <since>\n", stderr);
    return 2;
  }
  void* shared = ::mmap(nullptr, sizeof(SessionTable), PROT_READ, MAP_SHARED, kSharedTable, 0);
  drop_the_mark_of_an_outer_engine();
  detach();
  wait_for_the_end_of_the_host();
  const Sessions sessions{shared == MAP_FAILED ? nullptr : static_cast<const SessionTable*>(shared),
                          escher::posix::current_tick()};
  end_what_is_left(arguments[1], arguments[2], {::strtoull(arguments[3], nullptr, 10)}, sessions);
  return 0;
}
