#include "environment.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#if defined(_WIN32)
#include <cstdlib>
#define ESCHER_ENVIRON _environ
#elif defined(__APPLE__)
#include <crt_externs.h>
#define ESCHER_ENVIRON (*_NSGetEnviron())
#else
#include <unistd.h>
#define ESCHER_ENVIRON environ
#endif

namespace escher::binding {
namespace {

using Entries = std::vector<const char*>;

// A Worker that shares the environment (`SHARE_ENV`) changes it on its own thread, under a lock of
// Node that other code cannot take. So each pointer is read once, and none is followed before two
// passes have read the same pointers: the list moves as it grows, its old memory may be reused, and
// the entries after a removed one move up.
void look_once(Entries& entries) {
  char** volatile& list = const_cast<char** volatile&>(ESCHER_ENVIRON);
  char* const volatile* from;
  do {
    entries.clear();
    from = list;
    for (std::size_t i = 0; from != nullptr && list == from; ++i) {
      const char* const entry = from[i];
      if (entry == nullptr) break;
      entries.push_back(entry);
    }
  } while (list != from);
}

// While a Worker does nothing but write to the environment, three passes are usual and a thousand
// (1 ms) the most that was measured. The vectors keep their memory, since the allocator would wake
// a waiting thread just when a Worker has freed the list that it is about to replace.
//
// Two cases remain: a Worker may be suspended at that very point (glibc before 2.41), and a string
// may be freed while it is copied (musl frees replaced strings, glibc does not). Only
// `process.env`, read by JavaScript, is free of both.
const Entries& look() {
  static Entries entries, again;
  look_once(again);
  do {
    std::swap(entries, again);
    look_once(again);
  } while (again != entries);
  return entries;
}

bool same(const Environment& copy, const Entries& entries) {
  return std::equal(copy.begin(), copy.end(), entries.begin(), entries.end());
}

}  // namespace

std::shared_ptr<const Environment> capture_environment() {
  // Called on the JavaScript threads of several environments (Workers).
  static std::mutex mutex;
  static std::shared_ptr<const Environment> last = std::make_shared<Environment>();
  const std::lock_guard lock(mutex);
  const Entries& entries = look();
  if (!same(*last, entries)) {
    last = std::make_shared<Environment>(entries.begin(), entries.end());
  }
  return last;
}

}  // namespace escher::binding
