#include "engine.hpp"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <system_error>
#include <utility>

#include "engine_impl.hpp"
#include "policy/validation.hpp"
#include "process/process_table.hpp"

namespace escher {

Result<std::unique_ptr<Engine>> Engine::create(Config config, EventSink& sink) {
  if (auto error = validate(config)) return std::move(*error);
  Marker marker(own_marker());
  std::unique_ptr<Journal> journal;
  if (config.journal_dir) {
    auto opened = Journal::open(*config.journal_dir, marker.token());
    if (!opened) return opened.error();
    journal = std::move(*opened);
  }
  // Without descriptors or threads there is no engine.
  try {
    std::unique_ptr<Engine> engine(new Engine(
        std::make_unique<Impl>(std::move(config), sink, std::move(marker), std::move(journal))));
    return engine;
  } catch (const boost::system::system_error& error) {
    return errors::io(error.code().value(), "epoll_create1", "");
  } catch (const std::system_error& error) {
    return errors::io(error.code().value(), "clone", "");
  }
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

// An unkillable process (state D) keeps its execution: what refers to it is left to the end of the
// host.
Engine::~Engine() {
  if (!impl_->join()) static_cast<void>(impl_.release());
}

bool Engine::execute(ExecutionRequest request, Handler<void> handler) {
  return impl_->execute(std::move(request), std::move(handler));
}

void Engine::cancel(const ExecutionKey& key, Handler<bool> handler) {
  const auto found = impl_->find(key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler(false);
  impl_->reach(found,
               [handler = std::move(handler)](Execution& execution) { execution.cancel(handler); });
}

void Engine::kill(const ExecutionKey& key, int signal, Handler<bool> handler) {
  const auto found = impl_->find(key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler(false);
  found.live->kill(signal, std::move(handler));
}

void Engine::send_input(const ExecutionKey& key, std::string bytes, Handler<void> handler) {
  const auto found = impl_->find(key);
  if (!found) return handler(errors::not_found(key.id));
  // It ended: like a child that reads no more.
  if (!found.live) return handler({});
  found.live->send_input(std::move(bytes), std::move(handler));
}

void Engine::close_input(const ExecutionKey& key, Handler<void> handler) {
  const auto found = impl_->find(key);
  if (!found) return handler(errors::not_found(key.id));
  if (!found.live) return handler({});
  found.live->close_input(std::move(handler));
}

void Engine::replay(const ExecutionKey& key, Handler<std::vector<OutputBatch>> handler,
                    std::shared_ptr<const CapturedOutput> untold) {
  const auto found = impl_->find(key);
  if (found.live) return found.live->replay(std::move(handler));
  if (!found && !untold) return handler(errors::not_found(key.id));
  if (found && found.record->output) untold = found.record->output;
  impl_->replay_output(std::move(untold), std::move(handler));
}

void Engine::cleanup(Handler<std::size_t> handler) { impl_->cleanup(std::move(handler)); }

std::optional<Status> Engine::status(const ExecutionKey& key) const {
  const auto found = impl_->find(key);
  if (!found) return std::nullopt;
  return found.status;
}

std::optional<Record> Engine::record(const ExecutionKey& key) const {
  return impl_->find(key).record;
}

std::vector<ExecutionSummary> Engine::list(const ListFilter& filter) const {
  return impl_->registry_.list(filter);
}

Result<void> Engine::remove(std::string_view text) {
  const auto id = parse_id(text);
  if (!id) return errors::not_found(text);
  auto record = impl_->registry_.remove(*id);
  if (!record) return record.error();
  impl_->remove_files({std::move(*record)});
  return {};
}

std::size_t Engine::running_count() const { return impl_->registry_.counts().admitted; }
std::size_t Engine::queued_count() const { return impl_->registry_.counts().waiting; }

EngineStats Engine::stats() const {
  const auto& statistics = impl_->statistics_;
  const auto counts = impl_->registry_.counts();
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
  stats.guarded = impl_->guard_.runs();
  if (impl_->journal_) stats.journal_error = impl_->journal_->error();
  return stats;
}

void Engine::watch_all(bool on) {
  impl_->watch_all_.store(on, std::memory_order_relaxed);
  if (!on) return;
  // What waits for the end of its line may have waited long enough.
  for (const auto& execution : impl_->registry_.live()) execution->look_again();
}

void Engine::watch(const ExecutionKey& key, bool on) {
  if (const auto found = impl_->find(key); found.live) found.live->watch(on);
}

void Engine::release(std::uint64_t token, std::uint64_t bytes) {
  impl_->flow_.release(token, bytes);
}

void Engine::hold(std::uint64_t token, std::uint64_t bytes) { impl_->flow_.add(token, bytes); }

void Engine::start_cleanup_task() { impl_->start_cleanup_task(); }
void Engine::stop_cleanup_task() { impl_->stop_cleanup_task(); }
void Engine::shut_down(Millis grace, Handler<void> handler) {
  impl_->shut_down(grace, std::move(handler));
}
void Engine::recovered(Handler<std::vector<RecoveredExecution>> handler) {
  impl_->recovered(std::move(handler));
}
void Engine::abort(Millis patience) { impl_->abort(patience); }
void Engine::join() { impl_->join(); }
void Engine::defer(Millis delay, std::function<void()> function) {
  impl_->defer(delay, std::move(function));
}

}  // namespace escher
