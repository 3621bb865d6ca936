// Waiting for facts. A wait that lasts longer than kHangGuard fails the test; no test depends on
// its length.
#pragma once

#if !defined(_WIN32)
#include <poll.h>
#endif

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace escher::test {

inline constexpr std::chrono::seconds kHangGuard{50};

class Hung : public std::runtime_error {
 public:
  explicit Hung(const std::string& what) : std::runtime_error("timed out waiting for " + what) {}
};

// Polls, for facts that no event reports.
template <typename Fact>
void look_until(const std::string& what, Fact fact) {
  const auto deadline = std::chrono::steady_clock::now() + kHangGuard;
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) throw Hung(what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

#if !defined(_WIN32)
inline void wait_readable(int fd, const std::string& what) {
  constexpr auto kMillis = std::chrono::duration_cast<std::chrono::milliseconds>(kHangGuard);
  pollfd entry{fd, POLLIN, 0};
  if (::poll(&entry, 1, static_cast<int>(kMillis.count())) <= 0) throw Hung(what);
}
#endif

}  // namespace escher::test
