// The guard of one engine: a process of its own that ends what the engine's executions have left
// behind once the host is gone, however it went. Made with the engine, started ahead of its first
// launch. Owned by the engine.
#pragma once

#include <memory>
#include <string>

namespace escher {

class Guard {
 public:
  // Tells the guard which session is an execution's, for as long as it lives. Any thread; may
  // outlive the guard.
  class Session {
   public:
    Session() = default;
    Session(Session&& other) noexcept;
    Session& operator=(Session&& other) noexcept;
    ~Session();

   private:
    friend class Guard;
    struct Slots;
    Session(std::shared_ptr<Slots> slots, std::size_t slot);
    std::shared_ptr<Slots> slots_;
    std::size_t slot_ = 0;
  };

  // `token`: what every process of the engine has in its marker.
  explicit Guard(std::string token);
  // Lets the guard process go: it ends what is left, and then itself.
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // On the spawn thread, ahead of a launch: starts the process if there is none, or none any more.
  // `group`: the control group that ends with the host; empty = there is none.
  void ensure(const std::string& group);
  // Any thread.
  bool runs() const;
  Session watch(int leader);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace escher
