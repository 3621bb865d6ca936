#include "policy/launch_retry.hpp"

#include <cerrno>

namespace escher {
namespace {

constexpr Millis kFirstWait{5};
constexpr int kMostRetries = 8;        // 5 ms to 640 ms
constexpr int kMostRetriesIfBusy = 5;  // 5 ms to 80 ms

int most_retries(int os_error) {
  switch (os_error) {
    case ETXTBSY:
      return kMostRetriesIfBusy;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return kMostRetries;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Millis> retry_delay(int os_error, int failures) {
  if (failures < 1 || failures > most_retries(os_error)) return std::nullopt;
  return kFirstWait * (1 << (failures - 1));
}

}  // namespace escher
