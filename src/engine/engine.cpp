#include "engine/engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <system_error>
#include <utility>

#include "engine/engine_core.hpp"
#include "output/replay.hpp"
#include "policy/config_rules.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

Registry::Found find(const EngineCore& core, const ExecutionKey& key) {
  const auto id = parse_id(key.id);
  return id ? core.registry.find(*id, key.token) : Registry::Found{};
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(Config config, EventSink& sink) {
  if (auto error = escher::validate(config)) return std::move(*error);
  Marker marker(own_marker());
  std::unique_ptr<Journal> journal;
  if (config.journal_dir) {
    auto opened = Journal::open(*config.journal_dir, marker.token());
    if (!opened) {
      Error error = opened.error();
      error.message += ": \"journalDir\" must be a directory in which files can be created";
      return error;
    }
    journal = std::move(*opened);
  }
  // Without descriptors or threads there is no engine.
  try {
    std::unique_ptr<Engine> engine(new Engine(std::make_unique<EngineCore>(
        std::move(config), sink, std::move(marker), std::move(journal))));
    return engine;
  } catch (const boost::system::system_error& error) {
    return errors::io(error.code().value(), "epoll_create1", "");
  } catch (const std::system_error& error) {
    return errors::io(error.code().value(), "clone", "");
  }
}

Engine::Engine(std::unique_ptr<EngineCore> core) : core_(std::move(core)) {}

// An unkillable process (state D) keeps its execution, and so the core, until the host ends.
Engine::~Engine() {
  if (!core_->join()) static_cast<void>(core_.release());
}

// ---- Executions.

bool Engine::execute(ExecutionRequest request, Handler<void> handler) {
  return core_->execute(std::move(request), std::move(handler));
}

void Engine::validate(ExecutionRequest request, bool with_files, Handler<void> handler) {
  core_->validate(std::move(request), with_files, std::move(handler));
}

void Engine::cancel(const ExecutionKey& key, Handler<bool> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler(false);
  if (found.status != Status::pending) return found.live->cancel(std::move(handler));
  // After its admission, which is in progress on the spawn thread: its end must not be reported
  // before its beginning.
  boost::asio::post(core_->runtime.spawner(),
                    [live = found.live, handler = std::move(handler)] { live->cancel(handler); });
}

void Engine::kill(const ExecutionKey& key, int signal, Handler<bool> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler(false);
  if (found.status != Status::pending) return found.live->kill(signal, std::move(handler));
  // After its admission, as for cancel().
  boost::asio::post(
      core_->runtime.spawner(),
      [live = found.live, signal, handler = std::move(handler)] { live->kill(signal, handler); });
}

void Engine::renew(const ExecutionKey& key, Handler<bool> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler(false);
  found.live->renew(std::move(handler));
}

void Engine::send_input(const ExecutionKey& key, std::string bytes, Handler<void> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  // It has ended: the same as a child that has stopped reading.
  if (!found.live) return handler({});
  found.live->send_input(std::move(bytes), std::move(handler));
}

void Engine::close_input(const ExecutionKey& key, Handler<void> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler({});
  found.live->close_input(std::move(handler));
}

void Engine::resize(const ExecutionKey& key, const TerminalSize& size, Handler<void> handler) {
  const auto found = find(*core_, key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler({});
  found.live->resize(size, std::move(handler));
}

void Engine::replay(const ExecutionKey& key, Handler<std::vector<OutputBatch>> handler,
                    std::shared_ptr<const CapturedOutput> undelivered) {
  const auto found = find(*core_, key);
  if (found.live) return found.live->replay(std::move(handler));
  if (!found && !undelivered) return handler(errors::not_found(key.id));
  auto output = std::move(undelivered);
  if (found && found.record->output) output = found.record->output;
  boost::asio::post(core_->runtime.io(),
                    [max_line_bytes = core_->config.max_line_bytes, output = std::move(output),
                     handler = std::move(handler)] {
                      if (!output) return handler(std::vector<OutputBatch>{});
                      handler(replay_lines(*output, max_line_bytes));
                    });
}

void Engine::add_secret(const std::string& secret, Handler<void> handler) {
  core_->add_secret(secret, std::move(handler));
}

// ---- Limits.

void Engine::set_concurrency(std::size_t limit, Handler<void> handler) {
  core_->dispatcher.set_running_limit(limit, std::move(handler));
}

void Engine::set_key_limit(std::string key, std::optional<std::size_t> limit,
                           Handler<void> handler) {
  core_->dispatcher.set_key_limit(std::move(key), limit, std::move(handler));
}

void Engine::pause(Handler<void> handler) { core_->dispatcher.pause(std::move(handler)); }
void Engine::resume(Handler<void> handler) { core_->dispatcher.resume(std::move(handler)); }

// ---- Records and counts.

std::optional<Status> Engine::status(const ExecutionKey& key) const {
  const auto found = find(*core_, key);
  if (!found) return std::nullopt;
  return found.status;
}

std::optional<std::uint64_t> Engine::token(std::string_view text) const {
  const auto id = parse_id(text);
  return id ? core_->registry.token_of(*id) : std::nullopt;
}

std::optional<Record> Engine::record(const ExecutionKey& key) const {
  return find(*core_, key).record;
}

std::optional<CaptureMode> Engine::capture(const ExecutionKey& key) const {
  const auto found = find(*core_, key);
  if (!found) return std::nullopt;
  return found.live ? found.live->request().capture : found.record->capture;
}

std::vector<ExecutionSummary> Engine::list(const ListFilter& filter) const {
  return core_->registry.list(filter);
}

Result<void> Engine::remove(std::string_view text) {
  const auto id = parse_id(text);
  if (!id) return errors::not_found(text);
  auto record = core_->registry.remove(*id);
  if (!record) return record.error();
  core_->cleanup.on_dropped({std::move(*record)});
  return {};
}

void Engine::cleanup(Handler<std::size_t> handler) { core_->cleanup.run(std::move(handler)); }
void Engine::start_cleanup_task() { core_->cleanup.start(); }
void Engine::stop_cleanup_task() { core_->cleanup.stop(); }

std::size_t Engine::running_count() const { return core_->registry.counts().admitted; }
std::size_t Engine::queued_count() const { return core_->registry.counts().waiting; }

EngineStats Engine::stats() const {
  const auto& statistics = core_->statistics;
  const auto counts = core_->registry.counts();
  EngineStats stats;
  for (std::size_t i = index_of(Status::completed); i < kStatusCount; ++i) {
    stats.by_status[i] = statistics.ended[i].load();
  }
  stats.by_status[index_of(Status::pending)] = counts.pending;
  stats.by_status[index_of(Status::running)] = counts.running;
  stats.retained_records = counts.records;
  stats.retained_bytes = counts.record_bytes;
  stats.total_lines = statistics.lines.load();
  stats.total_bytes = statistics.bytes.load();
  stats.spawn_failures = statistics.spawn_failures.load();
  stats.spawn_p50 = statistics.spawn.percentile(0.5);
  stats.spawn_p99 = statistics.spawn.percentile(0.99);
  stats.duration_p50 = statistics.total.percentile(0.5);
  stats.duration_p99 = statistics.total.percentile(0.99);
  stats.guarded = core_->watchdog.runs();
  stats.keys = core_->dispatcher.keys();
  stats.paused = core_->dispatcher.is_paused();
  if (core_->journal) stats.journal_error = core_->journal->error();
  return stats;
}

// ---- The consumer.

void Engine::watch_all(bool on) {
  core_->watch_all.store(on, std::memory_order_relaxed);
  if (!on) return;
  for (const auto& execution : core_->registry.live()) execution->watch_begins();
}

void Engine::watch_removals(bool on) { core_->cleanup.report(on); }

void Engine::watch(const ExecutionKey& key, bool on) {
  if (const auto found = find(*core_, key); found.live) found.live->watch(on);
}

void Engine::release(std::uint64_t token, std::uint64_t bytes) {
  core_->flow.release(token, bytes);
}

void Engine::hold(std::uint64_t token, std::uint64_t bytes) { core_->flow.add(token, bytes); }

// ---- The engine as a whole.

void Engine::recovered(Handler<std::vector<RecoveredExecution>> handler) {
  core_->leftovers.recovered(std::move(handler));
}

void Engine::defer(Millis delay, std::function<void()> function) {
  core_->runtime.defer(delay, std::move(function));
}

void Engine::shut_down(Millis grace, Handler<std::vector<int>> handler) {
  core_->shut_down(grace, std::move(handler));
}

void Engine::abort(Millis patience) { core_->abort(patience); }
void Engine::join() { core_->join(); }

}  // namespace escher
