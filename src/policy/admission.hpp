// Permits to run, and the queue for them: one limit for all tickets, and one for those of each key.
// A ticket that waits for its key does not hold up others. Pure; owned by the dispatcher, used
// under its mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/config.hpp"

namespace escher {

class Admission {
 public:
  // The caller's number for an execution; unique among those that run or wait.
  using Ticket = std::uint64_t;
  using Tickets = std::vector<Ticket>;

  // `reject` is for want of a place in the queue, `reject_key` for want of a place of the key too.
  enum class Decision : std::uint8_t { run, wait, reject, reject_key };

  struct Limits {
    std::size_t running = 1;
    // 0: executions over a limit are rejected.
    std::size_t queued = 0;
    // Of a key that has no limit of its own.
    std::size_t per_key = kUnlimited;
    KeyLimits of_keys = {};
  };

  explicit Admission(Limits limits) : limits_(std::move(limits)) {}

  // Acquires a permit or a position in the queue, or rejects the ticket. An empty key is none.
  Decision submit(Ticket ticket, double priority, const std::string& key = {});

  // Returns a permit. The result is the ticket that gets it: the highest priority, then the oldest.
  std::optional<Ticket> release(Ticket ticket);

  // Leaves the queue. False if the ticket is not in it.
  bool withdraw(Ticket ticket);

  // ---- Changes while executions run. Lowering a limit ends nothing. The result are the tickets
  // that get a permit.
  Tickets set_running_limit(std::size_t limit);
  // Nothing: back to the limit for all keys.
  Tickets set_key_limit(const std::string& key, std::optional<std::size_t> limit);
  // No ticket gets a permit until `resume`.
  void pause() { paused_ = true; }
  Tickets resume();

  bool is_paused() const { return paused_; }
  std::size_t running() const { return running_; }
  std::size_t queued() const { return positions_.size(); }
  // The limit of the key, and how many of it run.
  std::size_t limit_of(const std::string& key) const;
  std::size_t running_of(const std::string& key) const;
  // Keys of which something runs or waits.
  std::size_t keys() const { return keys_.size(); }

 private:
  // Ordered by descending priority, then by arrival.
  using Position = std::pair<double, std::uint64_t>;
  struct Key {
    std::size_t running = 0;
    std::map<Position, Ticket> waiting;
  };
  using Keys = std::map<std::string, Key>;
  struct Waiting {
    Position position;
    Keys::iterator key;  // keys_.end() = none
  };

  bool has_place() const { return !paused_ && running_ < limits_.running; }
  bool key_has_place(Keys::const_iterator key) const;
  void begin(Ticket ticket, Keys::iterator key);
  // Keeps the first one of the key in `eligible_` exactly while the key has a place.
  void update_head(Keys::iterator key);
  void forget_if_unused(Keys::iterator key);
  std::optional<Ticket> next();
  Tickets all_next();

  Limits limits_;
  bool paused_ = false;
  std::size_t running_ = 0;
  std::uint64_t arrivals_ = 0;
  // Only those that are used. The iterators stay valid.
  Keys keys_;
  std::unordered_map<Ticket, Waiting> positions_;
  // Who may start as soon as there is a place: those without a key, and the first one of each key
  // that has a place.
  std::map<Position, Ticket> eligible_;
  // The running ones that have a key.
  std::unordered_map<Ticket, Keys::iterator> with_key_;
};

}  // namespace escher
