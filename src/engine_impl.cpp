#include "engine_impl.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <filesystem>
#include <utility>

#include "process/process_table.hpp"

namespace escher {
namespace {

// What has not died of SIGKILL by then hangs in the kernel.
constexpr auto kKillPatience = std::chrono::seconds(1);
// How soon what is left is looked at again, doubling each time: 2 ms to 128 ms.
constexpr Millis kFirstLook{2};
constexpr int kSlowestLook = 6;

}  // namespace

Engine::Impl::Impl(Config config, EventSink& sink, Marker marker, std::unique_ptr<Journal> journal)
    : config_(std::move(config)),
      sink_(sink),
      marker_(std::move(marker)),
      guard_(marker_.token()),
      groups_(marker_.engine()),
      journal_(std::move(journal)),
      runtime_(config_.io_threads),
      scanner_(runtime_.worker(), marker_),
      flow_(config_.max_pending_event_bytes),
      redactors_(config_.redact),
      overflow_(config_.overflow_dir, config_.keep_overflow_files),
      registry_({config_.execution_retention, config_.max_in_memory_executions,
                 config_.max_retained_bytes}),
      dispatcher_(runtime_.spawner(), config_, files_, registry_, statistics_),
      cleanup_strand_(runtime_.make_strand()) {
  runtime_.start();
  if (config_.enable_auto_cleanup) start_cleanup_task();
  boost::asio::post(runtime_.worker(), [this] { take_over_from_the_dead(); });
}

void Engine::Impl::take_over_from_the_dead() {
  OverflowDirectory::remove_abandoned(config_.overflow_dir);
  ControlGroups::sweep();
  if (config_.journal_dir) recovered_ = recover_journals(*config_.journal_dir);
}

// Behind the taking over.
void Engine::Impl::recovered(Handler<std::vector<RecoveredExecution>> handler) {
  boost::asio::post(runtime_.worker(),
                    [this, handler = std::move(handler)] { handler(recovered_); });
}

// ---- Admission.

bool Engine::Impl::execute(ExecutionRequest request, Handler<void> handler) {
  const auto refuse = [&handler](Error error) {
    handler(std::move(error));
    return false;
  };
  if (closing_) return refuse(errors::engine_closed());
  const auto id = parse_id(request.id);
  if (!id) {
    return refuse(errors::validation(ValidationReason::invalid_id,
                                     "id must be a UUID, got '" + request.id + "'"));
  }
  // Ahead of all else: nothing may be told of it before its secrets are known.
  if (auto broken = check_secrets(request)) return refuse(std::move(*broken));
  auto execution = std::make_shared<Execution>(*this, runtime_.make_strand(), *id, serials_++,
                                               std::move(request));
  if (!registry_.add(execution)) return refuse(errors::duplicate_id(format_id(*id)));
  {
    const std::lock_guard lock(live_mutex_);
    ++live_;
  }
  dispatcher_.submit(std::move(execution),
                     [this, handler = std::move(handler)](Result<void> admitted) {
                       const bool refused = !admitted;
                       handler(std::move(admitted));
                       if (refused) one_less();
                     });
  return true;
}

Registry::Found Engine::Impl::find(const ExecutionKey& key) const {
  const auto id = parse_id(key.id);
  return id ? registry_.find(*id, key.token) : Registry::Found{};
}

// One that is pending is reached through the spawn thread: behind its admission, which is under way
// there, so that no end can be told before the beginning.
void Engine::Impl::reach(const Registry::Found& found, std::function<void(Execution&)> function) {
  if (found.status == Status::pending) {
    boost::asio::post(runtime_.spawner(),
                      [live = found.live, function = std::move(function)] { function(*live); });
  } else {
    function(*found.live);
  }
}

void Engine::Impl::on_running(Execution& execution) { registry_.set_running(execution.id()); }

void Engine::Impl::on_withdrawn(Execution& execution) { dispatcher_.withdraw(execution.serial()); }

void Engine::Impl::on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                               std::shared_ptr<const CapturedOutput> output) {
  FinishedEvent event{execution.token(), result->completed_at, result, output};
  registry_.finish(execution.id(), std::move(result), std::move(output));
  flow_.close(execution.token());
  sink_.finished(std::move(event));
  if (config_.enable_auto_cleanup && registry_.crowded() && !sweep_ahead_.exchange(true)) {
    boost::asio::post(cleanup_strand_, [this] {
      sweep_ahead_ = false;
      if (cleanup_runs_) sweep();
    });
  }
  one_less();
}

void Engine::Impl::replay_output(std::shared_ptr<const CapturedOutput> output,
                                 Handler<std::vector<OutputBatch>> handler) {
  boost::asio::post(runtime_.io(),
                    [this, output = std::move(output), handler = std::move(handler)] {
                      if (!output) return handler(std::vector<OutputBatch>{});
                      handler(replay_lines(*output, config_.max_line_bytes));
                    });
}

void Engine::Impl::defer(Millis delay, std::function<void()> function) {
  if (delay <= Millis(0)) return boost::asio::post(runtime_.io(), std::move(function));
  const auto timer = std::make_shared<boost::asio::steady_timer>(runtime_.io(), to_steady(delay));
  timer->async_wait(
      [timer, function = std::move(function)](const boost::system::error_code& error) {
        if (!error) function();
      });
}

// ---- Retention.

void Engine::Impl::remove_files(const std::vector<Record>& records) const {
  if (config_.keep_overflow_files) return;
  for (const auto& record : records) {
    for (const auto& stream : record.result->streams) {
      std::error_code gone_already;
      if (!stream.overflow_file.empty()) {
        std::filesystem::remove(stream.overflow_file, gone_already);
      }
    }
  }
}

std::vector<Record> Engine::Impl::sweep() {
  auto dropped = registry_.sweep(SteadyClock::now());
  remove_files(dropped);
  return dropped;
}

// Answered before the records are taken apart, which takes about as long as to find them.
void Engine::Impl::cleanup(Handler<std::size_t> handler) {
  boost::asio::post(cleanup_strand_, [this, handler = std::move(handler)] {
    const auto dropped = sweep();
    handler(dropped.size());
  });
}

void Engine::Impl::arm_cleanup() {
  cleanup_timer_.arm(cleanup_strand_, config_.cleanup_interval, [this] {
    sweep();
    arm_cleanup();
  });
}

void Engine::Impl::start_cleanup_task() {
  boost::asio::post(cleanup_strand_, [this] {
    if (!std::exchange(cleanup_runs_, true)) arm_cleanup();
  });
}

void Engine::Impl::stop_cleanup_task() {
  boost::asio::post(cleanup_strand_, [this] {
    cleanup_runs_ = false;
    cleanup_timer_.cancel();
  });
}

// ---- The end.

void Engine::Impl::one_less() {
  Handler<void> when_idle;
  {
    const std::lock_guard lock(live_mutex_);
    if (--live_ != 0) return;
    when_idle = std::exchange(when_idle_, nullptr);
    nobody_lives_.notify_all();
  }
  if (!when_idle) return;
  if (!statistics_.any_launch) return when_idle({});
  end_rest(0, [when_idle = std::move(when_idle)] { when_idle({}); });
}

void Engine::Impl::end_rest(int looks, std::function<void()> done) {
  boost::asio::post(runtime_.worker(), [this, looks, done = std::move(done)]() mutable {
    SoughtTree rest;
    for (const auto& execution : registry_.live())
      rest.spared.push_back(format_id(execution->id()));
    rest.members = rest_;
    groups_.add_left_behind(rest.members);
    const bool hard = SteadyClock::now() >= shutdown_deadline_;
    if (hard) groups_.kill_left_behind();
    scanner_.look(std::move(rest), {hard ? SIGKILL : config_.kill_signal, true},
                  [this, looks, done = std::move(done)](TreeScanner::Answer answer) mutable {
                    rest_ = std::move(answer.tree.members);
                    if (!done) return;
                    const bool hopeless = SteadyClock::now() - kKillPatience >= shutdown_deadline_;
                    const bool gone = rest_.empty() && !groups_.anybody_left_behind();
                    if (gone || hopeless) return done();
                    defer(kFirstLook * (1 << std::min(looks, kSlowestLook)),
                          [this, looks, done = std::move(done)]() mutable {
                            end_rest(looks + 1, std::move(done));
                          });
                  });
  });
}

void Engine::Impl::end_all(std::function<void(Execution&)> end) {
  closing_ = true;
  dispatcher_.close();
  // Behind the closing: whatever was submitted before is in the registry, whatever comes is
  // refused.
  boost::asio::post(runtime_.spawner(), [this, end = std::move(end)] {
    for (const auto& execution : registry_.live()) end(*execution);
  });
}

void Engine::Impl::shut_down(Millis grace, Handler<void> handler) {
  {
    const std::lock_guard lock(live_mutex_);
    // One more, which counts for the shutdown itself until everybody was told.
    ++live_;
    when_idle_ = std::move(handler);
    shutdown_deadline_ =
        is_never(grace) ? SteadyTime::max() : SteadyClock::now() + to_steady(grace);
  }
  if (statistics_.any_launch) end_rest(0, nullptr);
  end_all([grace](Execution& execution) { execution.shut_down(grace); });
  boost::asio::post(runtime_.spawner(), [this] { one_less(); });
}

void Engine::Impl::abort(Millis patience) {
  end_all([](Execution& execution) { execution.kill_now(); });
  std::unique_lock lock(live_mutex_);
  nobody_lives_.wait_for(lock, to_steady(patience), [this] { return live_ == 0; });
}

bool Engine::Impl::join() {
  if (!joined_) {
    joined_ = true;
    stop_cleanup_task();
    {
      const std::lock_guard lock(live_mutex_);
      idle_at_end_ = live_ == 0;
    }
    runtime_.join(!idle_at_end_ || statistics_.unkillable > 0);
    remove_files(registry_.clear());
    overflow_.remove();
  }
  return idle_at_end_;
}

}  // namespace escher
