// A place among the running executions. Returns itself when it is dropped. Owned by one launch or
// one execution at a time, used by one thread at a time.
#pragma once

#include <functional>
#include <utility>

namespace escher {

class Permit {
 public:
  // Starts the queued execution that got the place; empty if none was waiting.
  using StartNext = std::function<void()>;

  Permit() = default;
  explicit Permit(std::function<StartNext()> give_back) : give_back_(std::move(give_back)) {}
  Permit(Permit&& other) noexcept : give_back_(std::exchange(other.give_back_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    reset();
    give_back_ = std::exchange(other.give_back_, nullptr);
    return *this;
  }
  ~Permit() { reset(); }

  void reset() {
    if (const auto start_next = give_back()) start_next();
  }
  // Frees the place, or hands it to a queued execution that starts when the caller says so.
  [[nodiscard]] StartNext give_back() {
    const auto give_back = std::exchange(give_back_, nullptr);
    return give_back ? give_back() : nullptr;
  }

 private:
  std::function<StartNext()> give_back_;
};

}  // namespace escher
