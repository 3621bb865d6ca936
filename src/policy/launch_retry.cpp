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

int most_retries(int os_error, bool others_run) {
  switch (os_error) {
    case ETXTBSY:
      return kMostRetriesIfBusy;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return others_run ? kMostRetriesWhileOthersRun : kMostRetries;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Millis> retry_delay(int os_error, int failures, bool others_run) {
  if (failures < 1 || failures > most_retries(os_error, others_run)) return std::nullopt;
  return kFirstWait * (1 << std::min(failures - 1, kDoublings));
}

}  // namespace escher
