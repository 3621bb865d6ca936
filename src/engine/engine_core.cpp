#include "engine/engine_core.hpp"

#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "policy/request_rules.hpp"
#include "policy/rules.hpp"

namespace escher {

EngineCore::EngineCore(Config settings, EventSink& events, Marker own_marker,
                       std::unique_ptr<Journal> own_journal)
    : config(std::move(settings)),
      sink(events),
      marker(std::move(own_marker)),
      watchdog(marker.token()),
      cgroups(marker.engine()),
      journal(std::move(own_journal)),
      runtime(config.io_threads),
      scanner(runtime.worker(), marker),
      flow(config.max_pending_event_bytes),
      redactors(config.redact),
      overflow(config.overflow_dir, config.keep_overflow_files),
      registry(
          {config.execution_retention, config.max_in_memory_executions, config.max_retained_bytes}),
      dispatcher(runtime.spawner(), config, files, registry, statistics),
      cleanup(runtime.make_strand(), runtime.worker(), config, registry, sink),
      leftovers(runtime, config, registry, scanner, cgroups),
      watchdog_keeper(runtime, watchdog, cgroups),
      services_{config,  sink,       flow,      statistics, scanner,       marker,   watchdog,
                cgroups, host_state, redactors, overflow,   journal.get(), watch_all} {
  runtime.start();
  if (config.enable_auto_cleanup) cleanup.start();
  leftovers.clear_dead_hosts();
}

// ---- The way of an execution.

bool EngineCore::execute(ExecutionRequest request, Handler<void> handler) {
  const auto refuse = [&handler](Error error) {
    handler(std::move(error));
    return false;
  };
  const std::size_t secrets = redactors.engine_secrets();
  auto made = make(std::move(request));
  if (!made) return refuse(std::move(made).error());
  auto execution = std::move(*made);
  if (!registry.add(execution)) return refuse(errors::duplicate_id(format_id(execution->id())));
  // Another thread may have added a secret, and not found the execution.
  if (redactors.engine_secrets() != secrets) add_secrets(*execution, [] {});
  live.add();
  dispatcher.submit(std::move(execution),
                    [this, handler = std::move(handler)](Result<void> admitted) {
                      const bool refused = !admitted;
                      handler(std::move(admitted));
                      if (refused) live.remove();
                    });
  return true;
}

void EngineCore::validate(ExecutionRequest request, bool with_files, Handler<void> handler) {
  auto made = make(std::move(request));
  if (!made) return handler(std::move(made).error());
  const ExecutionId id = (*made)->id();
  if (registry.find(id)) return handler(errors::duplicate_id(format_id(id)));
  dispatcher.validate(std::move(*made), with_files, std::move(handler));
}

Result<std::shared_ptr<Execution>> EngineCore::make(ExecutionRequest request) {
  if (closing_) return errors::engine_closed();
  const auto id = parse_id(request.id);
  if (!id) {
    const bool has_secrets = redactors.engine_secrets() > 0 || !request.redact.empty();
    const std::string shown =
        has_secrets ? "a text that may contain a secret" : quote_value(request.id, {});
    return errors::validation(ValidationReason::invalid_id, must_be("id", "a UUID", shown));
  }
  // Before anything else: no message may leave the engine before the secrets are known.
  if (auto broken = check_secrets(request)) return std::move(*broken);
  // On the caller's thread: whatever the host changes after the call has no effect.
  request.host_directory = host_state.directory();
  if (!config.limits.umask && !request.limits.umask) {
    const auto status = host_state.status();
    request.host_umask = status.umask;
    request.host_ignored_signals = status.ignored_signals;
  }
  return std::make_shared<Execution>(*this, runtime.make_strand(), *id, serials_++,
                                     std::move(request));
}

void EngineCore::add_secrets(Execution& execution, std::function<void()> done) {
  const auto all = redactors.for_request(execution.request().redact);
  execution.add_secrets(*all, *redactors.for_request({}), std::move(done));
}

// The strands, and the records after them: an execution may finish in the meantime.
void EngineCore::add_secret(const std::string& secret, Handler<void> handler) {
  if (closing_) return handler(errors::engine_closed());
  if (std::string problem = problem_with_added_secret(secret); !problem.empty()) {
    return handler(errors::validation(ValidationReason::invalid_redact, std::move(problem)));
  }
  redactors.add(secret);
  boost::asio::post(runtime.worker(), [this, secret, handler = std::move(handler)] {
    redactors.merge_added();
    // Destroyed by the last strand.
    const std::shared_ptr<void> strands(nullptr, [this, secret, handler](void*) {
      boost::asio::post(runtime.worker(), [this, secret, handler] {
        registry.redact(Redactor({secret}));
        handler({});
      });
    });
    for (const auto& execution : registry.live()) add_secrets(*execution, [strands] {});
  });
}

void EngineCore::on_running(Execution& execution) { registry.set_running(execution.id()); }

void EngineCore::on_withdrawn(Execution& execution) { dispatcher.withdraw(execution.serial()); }

void EngineCore::on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> result,
                             std::shared_ptr<const CapturedOutput> output) {
  FinishedEvent event{execution.token(), result->completed_at, result, output};
  registry.finish(execution.id(), std::move(result), std::move(output));
  flow.close(execution.token());
  sink.finished(std::move(event));
  cleanup.on_record_added();
  live.remove();
}

// ---- The end.

void EngineCore::end_all(std::function<void(Execution&)> end) {
  closing_ = true;
  dispatcher.close();
  // After the close, on the same thread: what was submitted before is in the registry, and what
  // comes later is refused.
  boost::asio::post(runtime.spawner(), [this, end = std::move(end)] {
    for (const auto& execution : registry.live()) end(*execution);
  });
}

void EngineCore::shut_down(Millis grace, Handler<std::vector<int>> handler) {
  const SteadyTime deadline =
      is_never(grace) ? SteadyTime::max() : SteadyClock::now() + to_steady(grace);
  live.on_zero([this, deadline, handler = std::move(handler)]() mutable {
    if (!statistics.any_launch) return handler(std::vector<int>());
    leftovers.end(deadline, std::move(handler));
  });
  if (statistics.any_launch) leftovers.signal(deadline);
  end_all([grace](Execution& execution) { execution.shut_down(grace); });
  boost::asio::post(runtime.spawner(), [this] { live.remove(); });
}

void EngineCore::abort(Millis patience) {
  end_all([](Execution& execution) { execution.kill_now(); });
  live.wait_zero(patience);
}

bool EngineCore::join() {
  if (!joined_) {
    joined_ = true;
    cleanup.stop();
    watchdog_keeper.stop();
    all_finished_ = live.is_zero();
    runtime.join(!all_finished_ || statistics.unkillable > 0);
    cleanup.remove_files(registry.clear());
    overflow.remove();
  }
  return all_finished_;
}

}  // namespace escher
