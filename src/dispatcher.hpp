// Validates, admits and launches. Everything here happens on the spawn thread, one thing after the
// other: so admission is first come, first served, and a slow disk or a slow execve holds up
// neither JavaScript nor the output of what runs. Only a permit comes back on the thread of whoever
// had it: mostly nobody waits for it, and then the spawn thread need not be woken. Owned by the
// engine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "execution.hpp"
#include "policy/admission.hpp"
#include "policy/launch_retry.hpp"
#include "policy/validation.hpp"
#include "registry.hpp"

namespace escher {

class Dispatcher {
 public:
  using Admitted = std::function<void(Result<void>)>;

  // All outlive the dispatcher.
  Dispatcher(boost::asio::io_context& spawner, const Config& config, const FileFacts& files,
             Registry& registry, Statistics& statistics);

  // ---- Any thread.
  // `admitted` is told, on the spawn thread and before the launch, whether the execution is in; if
  // not, the registry has forgotten it.
  void submit(std::shared_ptr<Execution> execution, Admitted admitted);
  // It ended while it waited.
  void withdraw(std::uint64_t serial);
  // From now on everything is refused.
  void close();

 private:
  struct Launch {
    std::shared_ptr<Execution> execution;
    ResolvedCommand command;
    Permit permit;
    LaunchRetry retry = {};
  };

  // ---- On the spawn thread only.
  Result<void> admit(const std::shared_ptr<Execution>& execution);
  void queue_launch(std::shared_ptr<Execution> execution, ResolvedCommand command);
  void launch_next();
  void launch(Launch launch);
  void launch_again(Millis delay, Launch launch);
  void retry(std::uint64_t serial);
  Permit make_permit();
  void drop_launch(std::uint64_t serial);
  static std::optional<Launch> take_launch(std::deque<Launch>& from, std::uint64_t serial);
  void start_waiting(std::uint64_t serial);

  // ---- Any thread.
  Permit::StartNext permit_returned();

  boost::asio::io_context& spawner_;
  const Config& config_;
  const FileFacts& files_;
  Registry& registry_;
  Statistics& statistics_;

  // Under the mutex, a leaf.
  std::mutex admission_mutex_;
  Admission admission_;

  // The spawn thread's.
  std::unordered_map<std::uint64_t, std::shared_ptr<Execution>> waiting_;
  std::deque<Launch> launches_;
  // Until their next try.
  std::deque<Launch> retries_;
  bool launching_ = false;
  bool closed_ = false;
};

}  // namespace escher
