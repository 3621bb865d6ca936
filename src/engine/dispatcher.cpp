#include "engine/dispatcher.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <new>

#include "engine/request_refusals.hpp"
#include "execution/statistics.hpp"
#include "process/launch.hpp"
#include "process/strand_checker.hpp"

namespace escher {
namespace {

// The result of `function`, or an error for a lack of memory, which is worth another attempt.
template <typename Function>
auto with_memory(Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return errors::spawn_failed(ENOMEM, "malloc", {});
  }
}

}  // namespace

Dispatcher::Dispatcher(boost::asio::io_context& spawner, const Config& config,
                       const FileFacts& files, Registry& registry, Statistics& statistics)
    : spawner_(spawner),
      config_(config),
      checks_(config, files),
      registry_(registry),
      statistics_(statistics),
      admission_({config.max_concurrent_executions, config.max_queued_executions,
                  config.max_concurrent_per_key, config.key_limits}) {}

void Dispatcher::submit(std::shared_ptr<Execution> execution, Admitted admitted) {
  boost::asio::post(
      spawner_, [this, execution = std::move(execution), admitted = std::move(admitted)]() mutable {
        auto decision = with_memory([&] { return admit(execution); });
        if (!decision) {
          decision = execution->redacted(decision.error());
          registry_.forget(execution->id());
          execution->refused();
        }
        admitted(std::move(decision));
      });
}

void Dispatcher::validate(std::shared_ptr<Execution> execution, bool with_files, Admitted done) {
  boost::asio::post(spawner_, [this, execution = std::move(execution), with_files,
                               done = std::move(done)]() mutable {
    auto verdict = with_memory([&]() -> Result<void> {
      if (closed_) return errors::engine_closed();
      return checks_.check(*execution, with_files);
    });
    if (!verdict) verdict = execution->redacted(verdict.error());
    execution->refused();
    done(std::move(verdict));
  });
}

void Dispatcher::withdraw(std::uint64_t serial) {
  boost::asio::post(spawner_, [this, serial] {
    {
      const MutexLock lock(admission_mutex_);
      admission_.withdraw(serial);
    }
    waiting_.erase(serial);
    drop_launch(serial);
  });
}

void Dispatcher::assert_on_spawn_thread() const { assert_on_strand(spawner_.get_executor()); }

void Dispatcher::close() {
  boost::asio::post(spawner_, [this] { closed_ = true; });
}

Result<void> Dispatcher::admit(const std::shared_ptr<Execution>& execution) {
  assert_on_spawn_thread();
  if (closed_) return errors::engine_closed();
  if (auto error = RequestChecks::refuse(*execution)) return std::move(*error);
  auto command = checks_.resolve(*execution);
  if (!command) return command.error();
  if (auto error = refuse_limits(*execution)) return std::move(*error);
  MutexLock lock(admission_mutex_);
  const ExecutionRequest& request = execution->request();
  const auto decision = admission_.submit(execution->serial(), request.priority, request.key);
  lock.unlock();
  switch (decision) {
    case Admission::Decision::reject:
    case Admission::Decision::reject_key:
      return refusal(decision, *execution);
    case Admission::Decision::wait:
      // The resolved command is not kept: thousands may wait, each with its environment.
      waiting_.emplace(execution->serial(), execution);
      registry_.set_queued(execution->id());
      break;
    case Admission::Decision::run:
      queue_launch(execution, std::move(*command), false);
      break;
  }
  return {};
}

Error Dispatcher::refusal(Admission::Decision decision, const Execution& execution) {
  const MutexLock lock(admission_mutex_);
  const std::size_t queued = config_.max_queued_executions;
  if (decision == Admission::Decision::reject_key) {
    const std::string& key = execution.request().key;
    return errors::key_limit(key, admission_.running_of(key), queued);
  }
  if (admission_.is_paused()) return errors::admission_paused(queued);
  return errors::concurrency_limit(admission_.running(), queued);
}

// ---- Limits.

// On the spawn thread, behind the requests that were made before.
template <typename Change>
void Dispatcher::change_admission(Change change, Done done) {
  boost::asio::post(spawner_, [this, change = std::move(change), done = std::move(done)]() mutable {
    Admission::Tickets tickets;
    {
      const MutexLock lock(admission_mutex_);
      tickets = change(admission_);
    }
    for (const auto serial : tickets) start_waiting(serial);
    done({});
  });
}

void Dispatcher::set_running_limit(std::size_t limit, Done done) {
  change_admission([limit](Admission& admission) { return admission.set_running_limit(limit); },
                   std::move(done));
}

void Dispatcher::set_key_limit(std::string key, std::optional<std::size_t> limit, Done done) {
  change_admission([key = std::move(key),
                    limit](Admission& admission) { return admission.set_key_limit(key, limit); },
                   std::move(done));
}

void Dispatcher::pause(Done done) {
  change_admission(
      [](Admission& admission) {
        admission.pause();
        return Admission::Tickets();
      },
      std::move(done));
}

void Dispatcher::resume(Done done) {
  change_admission([](Admission& admission) { return admission.resume(); }, std::move(done));
}

std::size_t Dispatcher::keys() const {
  const MutexLock lock(admission_mutex_);
  return admission_.keys();
}

std::size_t Dispatcher::running() const {
  const MutexLock lock(admission_mutex_);
  return admission_.running();
}

bool Dispatcher::is_paused() const {
  const MutexLock lock(admission_mutex_);
  return admission_.is_paused();
}

// ---- Launches.

Permit Dispatcher::make_permit(std::uint64_t serial) {
  return Permit([this, serial] { return permit_returned(serial); });
}

// Its place is free before its end is reported, so a consumer of that event can count on it.
void Dispatcher::drop_launch(std::uint64_t serial) {
  assert_on_spawn_thread();
  // The permit is returned when the statement ends, after the queue was changed: the next execution
  // may enter the queue during the return.
  if (!take_launch(launches_, serial)) take_launch(retries_, serial);
}

std::optional<Dispatcher::Launch> Dispatcher::take_launch(std::deque<Launch>& from,
                                                          std::uint64_t serial) {
  const auto found = std::find_if(from.begin(), from.end(), [serial](const Launch& l) {
    return l.execution->serial() == serial;
  });
  if (found == from.end()) return std::nullopt;
  std::optional<Launch> taken(std::move(*found));
  from.erase(found);
  return taken;
}

// One launch at a time, then the work that was posted in the meantime: admissions do not wait until
// all earlier launches are done.
void Dispatcher::queue_launch(std::shared_ptr<Execution> execution, ResolvedCommand command,
                              bool has_waited) {
  assert_on_spawn_thread();
  registry_.set_admitted(execution->id());
  Permit permit = make_permit(execution->serial());
  launches_.push_back(
      {std::move(execution), std::move(command), std::move(permit), {}, has_waited});
  if (launching_) return;
  launching_ = true;
  boost::asio::post(spawner_, [this] { launch_next(); });
}

void Dispatcher::launch_next() {
  assert_on_spawn_thread();
  // The launch may have been dropped.
  launching_ = !launches_.empty();
  if (!launching_) return;
  Launch next = std::move(launches_.front());
  launches_.pop_front();
  launching_ = !launches_.empty();
  if (launching_) boost::asio::post(spawner_, [this] { launch_next(); });
  // If it was withdrawn, the permit is returned as `next` is destroyed.
  if (next.execution->launch_claim().claim()) launch(std::move(next));
}

void Dispatcher::launch(Launch launch) {
  Execution& execution = *launch.execution;
  auto options = execution.launch_options();
  if (launch.has_waited) options.ignored_signals.reset();
  options.cgroups->ensure();
  options.watchdog->ensure(options.cgroups->path());
  const std::size_t running = this->running();
  const auto cpu = placement_.next(running);
  options.on_launcher_cpu = cpu == LaunchPlacement::Cpu::of_launcher;
  const auto before = SteadyClock::now();
  auto launched =
      with_memory([&] { return escher::launch(execution.strand(), launch.command, options); });
  if (!launched) {
    const bool others_run = registry_.counts().running > 0;
    const auto delay = launch.retry.after_failure(launched.error().os_error, others_run);
    if (delay && execution.launch_claim().release()) return launch_later(*delay, std::move(launch));
    return execution.launch_failed(std::move(launched).error(), std::move(launch.permit));
  }
  statistics_.any_launch = true;
  const auto took = SteadyClock::now() - before;
  statistics_.spawn.add(took);
  placement_.took(cpu, running, took);
  execution.journal_launch(launched->process.pid());
  execution.launched(std::move(*launched), std::move(launch.permit), took);
}

// Other launches go on in the meantime. The timer runs on the execution's strand: the first timer
// of the spawn thread's io_context would open descriptors, which may be what is exhausted.
void Dispatcher::launch_later(Millis delay, Launch launch) {
  assert_on_spawn_thread();
  launch.has_waited = true;
  const std::uint64_t serial = launch.execution->serial();
  const auto timer =
      std::make_shared<boost::asio::steady_timer>(launch.execution->strand(), to_steady(delay));
  retries_.push_back(std::move(launch));
  timer->async_wait([this, timer, serial](const boost::system::error_code& error) {
    if (error) return;
    boost::asio::post(spawner_, [this, serial] { retry(serial); });
  });
}

void Dispatcher::retry(std::uint64_t serial) {
  assert_on_spawn_thread();
  auto due = take_launch(retries_, serial);
  if (due && due->execution->launch_claim().claim()) launch(std::move(*due));
}

Permit::StartNext Dispatcher::permit_returned(std::uint64_t ended) {
  std::optional<Admission::Ticket> next;
  {
    const MutexLock lock(admission_mutex_);
    next = admission_.release(ended);
  }
  if (!next) return nullptr;
  return [this, serial = *next] {
    boost::asio::post(spawner_, [this, serial] { start_waiting(serial); });
  };
}

void Dispatcher::start_waiting(std::uint64_t serial) {
  assert_on_spawn_thread();
  // Queued executions are being cancelled on their own strands and must not be launched before.
  if (closed_) return;
  auto node = waiting_.extract(serial);
  // Withdrawn just as its turn came.
  if (!node) return make_permit(serial).reset();
  auto& execution = node.mapped();
  // Resolved once more: the file system may have changed while it was queued.
  auto command = checks_.resolve(*execution);
  if (command) return queue_launch(std::move(execution), std::move(*command), true);

  registry_.set_admitted(execution->id());
  Permit permit = make_permit(serial);
  if (!execution->launch_claim().claim()) return;
  execution->launch_failed(as_spawn_failure(command.error(), execution->request()),
                           std::move(permit));
}

}  // namespace escher
