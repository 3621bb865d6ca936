#include "environment.hpp"

#include <mutex>

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

bool same(const Environment& copy, char* const* entries) {
  for (const auto& text : copy) {
    if (*entries == nullptr || text != *entries) return false;
    ++entries;
  }
  return *entries == nullptr;
}

}  // namespace

std::shared_ptr<const Environment> capture_environment() {
  // Several environments (workers) may ask.
  static std::mutex mutex;
  static std::shared_ptr<const Environment> last = std::make_shared<Environment>();
  const std::lock_guard lock(mutex);
  char* const* entries = ESCHER_ENVIRON;
  if (entries == nullptr) return std::make_shared<Environment>();
  if (!same(*last, entries)) {
    auto copy = std::make_shared<Environment>();
    for (; *entries != nullptr; ++entries) copy->emplace_back(*entries);
    last = std::move(copy);
  }
  return last;
}

}  // namespace escher::binding
