// The watchdog of one engine: a separate process that kills what the engine's executions leave
// behind when the host ends, in whatever way. Owned by the engine, which starts it before its first
// launch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace escher {

class Watchdog {
 public:
  // Registers the session of an execution with the watchdog, as long as this object lives. Any
  // thread; may outlive the Watchdog.
  class Session {
   public:
    Session() = default;
    Session(Session&& other) noexcept;
    Session& operator=(Session&& other) noexcept;
    ~Session();

   private:
    friend class Watchdog;
    struct Slots;
    Session(std::shared_ptr<Slots> slots, std::size_t slot);
    std::shared_ptr<Slots> slots_;
    std::size_t slot_ = 0;
  };

  // `token`: a string that is in the marker of every process of the engine.
  explicit Watchdog(std::string token);
  // Closes the pipe to the watchdog process, which kills what is left and exits.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // On the spawn thread, before a launch, and when the process has ended: starts it unless it runs.
  // False: that failed. `group`: the cgroup that must not outlive the host; empty = there is none.
  bool ensure(const std::string& group);
  // Calls `handler` on the spawn thread whenever `ensure` has started the process, with a
  // descriptor that reports an error condition when the process ends. It must be closed before the
  // Watchdog is destroyed, since an open one keeps the process from noticing that.
  void on_start(std::function<void(int descriptor)> handler);

  // ---- Any thread.
  // Whether the process lives, and can see the processes that it has to end.
  bool runs() const;
  // `since`: a tick (see current_tick) before the launch of the leader.
  Session watch(int leader, std::uint64_t since);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace escher
