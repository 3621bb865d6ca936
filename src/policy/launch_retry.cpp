#include "policy/launch_retry.hpp"

#include <algorithm>
#include <cerrno>

namespace escher {
namespace {

constexpr Millis kFirstWait{5};
constexpr int kDoublings = 7;                   // 5 ms to 640 ms
constexpr int kMostRetries = kDoublings + 1;    // 1.3 s
constexpr int kMostRetriesWhileOthersRun = 53;  // 30 s
constexpr int kMostRetriesIfBusy = 5;           // 5 ms to 80 ms

bool is_exhaustion(int os_error) {
  return os_error == EAGAIN || os_error == ENOMEM || os_error == EMFILE || os_error == ENFILE;
}

Millis wait_after(int failures) { return kFirstWait * (1 << std::min(failures - 1, kDoublings)); }

}  // namespace

std::optional<Millis> LaunchRetry::after_failure(int os_error, bool others_run) {
  ++failures_;
  alone_ = others_run ? 0 : alone_ + 1;
  if (os_error == ETXTBSY && failures_ <= kMostRetriesIfBusy) return wait_after(failures_);
  if (!is_exhaustion(os_error)) return std::nullopt;
  if (failures_ > kMostRetriesWhileOthersRun || alone_ > kMostRetries) return std::nullopt;
  return wait_after(others_run ? failures_ : alone_);
}

}  // namespace escher
