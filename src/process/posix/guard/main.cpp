// The guard of one engine: a small program that outlives the host by a moment, to end what the host
// left behind when it died, by whatever means.
//
//   escher-guard <token> <control group>
//   stdin: a pipe whose other end the host holds; stdout: the sessions
//
// It waits until the pipe ends. Then it kills everybody in the control group, unless that is empty
// (there is none), every process whose environment holds the token, every process of a session
// named in the shared table, and the children of those, until none is left. It is started as a real
// program, so it costs the host no copy of its memory, and it needs nothing but the C library.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <initializer_list>

#include "process/posix/control_group_tree_linux.hpp"
#include "process/posix/guard/session_table.hpp"
#include "process/posix/process_table_linux.hpp"

namespace {

using escher::posix::ExecPatience;
using escher::posix::ProcessFacts;
using escher::posix::SessionTable;

constexpr int kLifeline = 0;
constexpr int kSharedTable = 1;
// What cannot be killed within this time (it waits for a device, say) cannot be waited for.
constexpr int kPatienceMs = 10'000;
constexpr int kLongestPauseMs = 128;

// More than Linux gives to any environment and arguments (6 MB, since 4.13). Only what is read into
// takes memory.
char environment[8 * 1024 * 1024];

struct Found {
  ProcessFacts facts;
  bool doomed;
};

struct Processes {
  Found* list = nullptr;
  size_t count = 0;
  size_t room = 0;

  bool add(const Found& found) {
    if (count == room) {
      const size_t wider = room == 0 ? 1024 : room * 2;
      void* moved = ::realloc(list, wider * sizeof(Found));
      if (moved == nullptr) return false;
      list = static_cast<Found*>(moved);
      room = wider;
    }
    list[count++] = found;
    return true;
  }
};

// Nobody waits for the guard, and nothing of the host's terminal or shell is to end it.
void detach() {
  // Ahead of the fork: the host takes the end of this process for the sign that all is done.
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2}) {
    ::signal(signal, SIG_IGN);
  }
  const pid_t child = ::fork();
  if (child != 0) ::_exit(child < 0 ? 1 : 0);
  ::prctl(PR_SET_NAME, "escher-guard");
  if (::chdir("/") != 0) return;
}

void wait_for_the_end_of_the_host() {
  char byte;
  for (;;) {
    const ssize_t got = ::read(kLifeline, &byte, 1);
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

bool is_session_of(const SessionTable* table, pid_t session) {
  if (table == nullptr || session <= 0) return false;
  for (size_t i = 0; i < table->used && i < SessionTable::kSlots; ++i) {
    if (table->leaders[i] == session) return true;
  }
  return false;
}

bool bears(const char* token, int directory, const ProcessFacts& facts, ExecPatience* patience) {
  const long size =
      escher::posix::read_environment(directory, facts, environment, sizeof environment, patience);
  return ::memmem(environment, static_cast<size_t>(size), token, ::strlen(token)) != nullptr;
}

void look(Processes* processes, const char* token, const SessionTable* table) {
  const int proc = escher::posix::open_process_table();
  if (proc < 0) return;
  ExecPatience patience;
  escher::posix::ProcessNumbers numbers(proc);
  while (const pid_t pid = numbers.next()) {
    if (pid == ::getpid()) continue;
    const int directory = escher::posix::open_process(proc, pid);
    if (directory < 0) continue;
    Found found = {};
    const bool lives = escher::posix::read_process(directory, &found.facts) && found.facts.lives();
    found.doomed = lives && (is_session_of(table, found.facts.session) ||
                             bears(token, directory, found.facts, &patience));
    ::close(directory);
    if (lives && !processes->add(found)) break;
  }
  ::close(proc);
}

bool has_doomed_parent(const Processes& processes, const Found& child) {
  for (size_t i = 0; i < processes.count; ++i) {
    const Found& other = processes.list[i];
    if (other.doomed && other.facts.pid == child.facts.parent) return true;
  }
  return false;
}

void doom_the_children(Processes* processes) {
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = 0; i < processes->count; ++i) {
      Found& found = processes->list[i];
      if (found.doomed || !has_doomed_parent(*processes, found)) continue;
      found.doomed = true;
      grown = true;
    }
  }
}

// Opened again, by thousands they could not be held open: and looked at again, since the number may
// have gone to another process.
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

void pause_for(int ms) {
  timespec time = {ms / 1000, (ms % 1000) * 1'000'000L};
  ::nanosleep(&time, nullptr);
}

// True: nobody is left in it.
bool end_group(const char* group) {
  if (*group == '\0' || escher::posix::remove_group(group)) return true;
  escher::posix::kill_group(group);
  return escher::posix::remove_group(group);
}

void end_what_is_left(const char* token, const char* group, const SessionTable* table) {
  Processes processes;
  int pause = 1;
  for (int waited = 0; waited < kPatienceMs; waited += pause) {
    const bool is_group_gone = end_group(group);
    processes.count = 0;
    look(&processes, token, table);
    doom_the_children(&processes);
    if (kill_the_doomed(processes) == 0 && is_group_gone) return;
    // What was forked meanwhile is found by the next look.
    pause_for(pause);
    if (pause < kLongestPauseMs) pause *= 2;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    ::fputs("usage: escher-guard <token> <control group>, with a pipe as stdin\n", stderr);
    return 2;
  }
  void* shared = ::mmap(nullptr, sizeof(SessionTable), PROT_READ, MAP_SHARED, kSharedTable, 0);
  detach();
  wait_for_the_end_of_the_host();
  end_what_is_left(arguments[1], arguments[2],
                   shared == MAP_FAILED ? nullptr : static_cast<const SessionTable*>(shared));
  return 0;
}
