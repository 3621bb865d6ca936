// Validates, admits and launches. All of this happens on the spawn thread, in order, so admission
// is first come, first served, and a slow disk or a slow execve delays neither JavaScript nor the
// output of running executions. Only a permit may come back on any thread: the queue is empty most
// of the time, and then the spawn thread need not be woken. Owned by the engine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/registry.hpp"
#include "engine/request_checks.hpp"
#include "execution/execution.hpp"
#include "execution/permit.hpp"
#include "model/thread_annotations.hpp"
#include "policy/admission.hpp"
#include "policy/launch_placement.hpp"
#include "policy/launch_retry.hpp"
#include "policy/resolved_command.hpp"

namespace escher {

class Dispatcher {
 public:
  using Admitted = std::function<void(Result<void>)>;

  // All outlive the dispatcher.
  Dispatcher(boost::asio::io_context& spawner, const Config& config, const FileFacts& files,
             Registry& registry, Statistics& statistics);

  // ---- Any thread.
  // `admitted` is called on the spawn thread, before the launch. If the execution is refused, the
  // registry has forgotten it before the call.
  void submit(std::shared_ptr<Execution> execution, Admitted admitted);
  // Checks what `submit` checks, without a place for it. `done` is called on the spawn thread. The
  // execution is not registered, and it is never started.
  void validate(std::shared_ptr<Execution> execution, bool with_files, Admitted done);
  // The execution ended before its launch.
  void withdraw(std::uint64_t serial);

  // Limits of what runs. `done` is called on the spawn thread, when the new limit is in force.
  using Done = std::function<void(Result<void>)>;
  void set_running_limit(std::size_t limit, Done done);
  // Nothing: the limit of all keys.
  void set_key_limit(std::string key, std::optional<std::size_t> limit, Done done);
  void pause(Done done);
  void resume(Done done);
  // Keys of which something runs or waits.
  std::size_t keys() const;
  bool is_paused() const;

  // Refuses everything that is submitted later.
  void close();

 private:
  struct Launch {
    std::shared_ptr<Execution> execution;
    ResolvedCommand command;
    Permit permit;
    LaunchRetry retry = {};
    // Not at once after the call: the host may ignore other signals than then.
    bool has_waited = false;
  };

  // ---- On the spawn thread only.
  Result<void> admit(const std::shared_ptr<Execution>& execution);
  void queue_launch(std::shared_ptr<Execution> execution, ResolvedCommand command, bool has_waited);
  void launch_next();
  void launch(Launch launch);
  void launch_later(Millis delay, Launch launch);
  void retry(std::uint64_t serial);
  Permit make_permit(std::uint64_t serial);
  Error refusal(Admission::Decision decision, const Execution& execution);
  template <typename Change>
  void change_admission(Change change, Done done);
  void drop_launch(std::uint64_t serial);
  void assert_on_spawn_thread() const;
  static std::optional<Launch> take_launch(std::deque<Launch>& from, std::uint64_t serial);
  void start_waiting(std::uint64_t serial);

  // ---- Any thread.
  std::size_t running() const;
  Permit::StartNext permit_returned(std::uint64_t serial);

  boost::asio::io_context& spawner_;
  const Config& config_;
  const RequestChecks checks_;
  Registry& registry_;
  Statistics& statistics_;

  // A leaf.
  mutable Mutex admission_mutex_;
  Admission admission_ ESCHER_GUARDED_BY(admission_mutex_);

  // The spawn thread's.
  std::unordered_map<std::uint64_t, std::shared_ptr<Execution>> waiting_;
  std::deque<Launch> launches_;
  std::deque<Launch> retries_;  // each waits for its timer
  LaunchPlacement placement_;
  bool launching_ = false;
  bool closed_ = false;
};

}  // namespace escher
