#include "dispatcher.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>

#include "process/launcher.hpp"
#include "statistics.hpp"

namespace escher {
namespace {

// What was found when it was admitted is gone now: the failure that the launch would have run into.
Error as_spawn_failure(const Error& refusal, const ExecutionRequest& request) {
  const std::string directory = request.working_dir.value_or("");
  switch (refusal.reason) {
    case ValidationReason::working_dir_not_found:
      return errors::spawn_failed(ENOENT, "chdir", directory);
    case ValidationReason::invalid_working_dir:
      return errors::spawn_failed(ENOTDIR, "chdir", directory);
    case ValidationReason::script_not_executable:
      return errors::spawn_failed(EACCES, "execve", describe(request.command));
    default:
      return errors::spawn_failed(ENOENT, "execve", describe(request.command));
  }
}

// A limit that cannot hold is refused and not ignored.
std::optional<Error> refuse_limits(const Execution& execution) {
  const auto limits = execution.launch_options().group_limits;
  if (!limits) return std::nullopt;
  auto refusal = ControlGroup::refusal(*limits);
  if (!refusal) return std::nullopt;
  const char* field = limits->memory_max ? "limits.memoryMax" : "limits.pidsMax";
  return errors::validation(
      ValidationReason::unsupported_limit,
      std::string(field) + " needs a delegated cgroup v2. " + refusal->message);
}

}  // namespace

Dispatcher::Dispatcher(boost::asio::io_context& spawner, const Config& config,
                       const FileFacts& files, Registry& registry, Statistics& statistics)
    : spawner_(spawner),
      config_(config),
      files_(files),
      registry_(registry),
      statistics_(statistics),
      admission_(config.max_concurrent_executions, config.max_queued_executions) {}

void Dispatcher::submit(std::shared_ptr<Execution> execution, Admitted admitted) {
  boost::asio::post(
      spawner_, [this, execution = std::move(execution), admitted = std::move(admitted)]() mutable {
        auto decision = admit(execution);
        if (!decision) {
          decision = execution->redacted(decision.error());
          registry_.forget(execution->id());
          execution->refused();
        }
        admitted(std::move(decision));
      });
}

void Dispatcher::withdraw(std::uint64_t serial) {
  boost::asio::post(spawner_, [this, serial] {
    {
      const std::lock_guard lock(admission_mutex_);
      admission_.withdraw(serial);
    }
    waiting_.erase(serial);
    drop_launch(serial);
  });
}

void Dispatcher::close() {
  boost::asio::post(spawner_, [this] { closed_ = true; });
}

Result<void> Dispatcher::admit(const std::shared_ptr<Execution>& execution) {
  if (closed_) return errors::engine_closed();
  auto command = resolve(execution->request(), config_, files_);
  if (!command) return command.error();
  if (auto error = refuse_limits(*execution)) return std::move(*error);
  std::unique_lock lock(admission_mutex_);
  const auto decision = admission_.submit(execution->serial(), execution->request().priority);
  const std::size_t running = admission_.running();
  lock.unlock();
  switch (decision) {
    case Admission::Decision::reject:
      return errors::concurrency_limit(running);
    case Admission::Decision::wait:
      // What it resolved to is not kept: thousands may wait, each with its environment.
      waiting_.emplace(execution->serial(), execution);
      registry_.set_queued(execution->id());
      break;
    case Admission::Decision::run:
      queue_launch(execution, std::move(*command));
      break;
  }
  return {};
}

Permit Dispatcher::make_permit() {
  return Permit([this] { return permit_returned(); });
}

// Its place is free before anything that hears of its end can ask for it.
void Dispatcher::drop_launch(std::uint64_t serial) {
  // The permit goes back once the queue is whole again: the next one may enter it.
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

// One launch, then whatever was posted meanwhile: so that nobody waits for his admission behind the
// launches of others.
void Dispatcher::queue_launch(std::shared_ptr<Execution> execution, ResolvedCommand command) {
  registry_.set_admitted(execution->id());
  Permit permit = make_permit();
  launches_.push_back({std::move(execution), std::move(command), std::move(permit)});
  if (launching_) return;
  launching_ = true;
  boost::asio::post(spawner_, [this] { launch_next(); });
}

void Dispatcher::launch_next() {
  // It may have been dropped.
  launching_ = !launches_.empty();
  if (!launching_) return;
  Launch next = std::move(launches_.front());
  launches_.pop_front();
  launching_ = !launches_.empty();
  if (launching_) boost::asio::post(spawner_, [this] { launch_next(); });
  // Withdrawn meanwhile: the permit goes back as `next` is dropped.
  if (next.execution->claim_launch()) launch(std::move(next));
}

void Dispatcher::launch(Launch launch) {
  Execution& execution = *launch.execution;
  const auto options = execution.launch_options();
  options.groups->ensure();
  options.guard->ensure(options.groups->path());
  const auto before = SteadyClock::now();
  auto launched = escher::launch(execution.strand(), launch.command, options);
  if (!launched) {
    const bool others_run = registry_.counts().running > 0;
    const auto delay = launch.retry.after_failure(launched.error().os_error, others_run);
    if (delay && execution.release_launch()) return launch_again(*delay, std::move(launch));
    return execution.launch_failed(std::move(launched).error(), std::move(launch.permit));
  }
  statistics_.any_launch = true;
  statistics_.spawn.add(SteadyClock::now() - before);
  execution.note_launch(launched->process.pid());
  execution.launched(std::move(*launched), std::move(launch.permit));
}

// Meanwhile others are launched. The timer is the execution's thread's: a first one of the spawn
// thread would need descriptors, which may be just what is missing.
void Dispatcher::launch_again(Millis delay, Launch again) {
  const std::uint64_t serial = again.execution->serial();
  const auto timer =
      std::make_shared<boost::asio::steady_timer>(again.execution->strand(), to_steady(delay));
  retries_.push_back(std::move(again));
  timer->async_wait([this, timer, serial](const boost::system::error_code& error) {
    if (error) return;
    boost::asio::post(spawner_, [this, serial] { retry(serial); });
  });
}

void Dispatcher::retry(std::uint64_t serial) {
  auto again = take_launch(retries_, serial);
  if (again && again->execution->claim_launch()) launch(std::move(*again));
}

Permit::StartNext Dispatcher::permit_returned() {
  std::optional<Admission::Ticket> serial;
  {
    const std::lock_guard lock(admission_mutex_);
    serial = admission_.release();
  }
  if (!serial) return nullptr;
  return [this, serial = *serial] {
    boost::asio::post(spawner_, [this, serial] { start_waiting(serial); });
  };
}

void Dispatcher::start_waiting(std::uint64_t serial) {
  // Whoever waits is being ended, on a thread of his own: he is not to be launched before.
  if (closed_) return;
  auto node = waiting_.extract(serial);
  // Withdrawn just as its turn came.
  if (!node) return make_permit().reset();
  auto& execution = node.mapped();
  // A second time: the file system may have changed while it waited.
  auto command = resolve(execution->request(), config_, files_);
  if (command) return queue_launch(std::move(execution), std::move(*command));

  registry_.set_admitted(execution->id());
  Permit permit = make_permit();
  if (!execution->claim_launch()) return;
  execution->launch_failed(as_spawn_failure(command.error(), execution->request()),
                           std::move(permit));
}

}  // namespace escher
