#include "support/engine_test.hpp"

#include <stdexcept>

namespace escher::test {

EngineTest::EngineTest() {
  config.io_threads = 2;
  // A test that waits for one of these periods sets it.
  config.force_kill_after = kForever;
  config.drain_grace = kForever;
}

void EngineTest::start() {
  descriptors_before_ = open_descriptors();
  auto created = Engine::create(config, sink);
  if (!created) throw std::runtime_error(created.error().message);
  engine = std::move(*created);
  engine->watch_all(true);
}

void EngineTest::TearDown() { end(); }

void EngineTest::end() {
  if (!engine) return;
  engine->abort(kHangGuard);
  engine->join();
  engine.reset();
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  EXPECT_EQ(open_descriptors(), descriptors_before_);
}

Result<void> EngineTest::try_submit(ExecutionRequest request) {
  return ask<void>([&](auto handler) { engine->execute(std::move(request), handler); });
}

Job EngineTest::submit(ExecutionRequest request) {
  Job job{request.token, request.id};
  const auto admitted = try_submit(std::move(request));
  if (!admitted) throw std::runtime_error("not admitted: " + admitted.error().message);
  return job;
}

StartedEvent EngineTest::wait_started(const Job& job) {
  StartedEvent event;
  wait_until("started", [&] {
    const auto& started = sink.seen(job.token).started;
    if (started) event = *started;
    return started.has_value();
  });
  return event;
}

EngineTest::ResultPtr EngineTest::wait_finished(const Job& job) {
  ResultPtr result;
  wait_until("finished", [&] { return (result = sink.seen(job.token).result) != nullptr; });
  return result;
}

void EngineTest::wait_output(const Job& job, const std::string& text, Stream stream) {
  wait_until("the output '" + text + "'",
             [&] { return sink.seen(job.token).text(stream).find(text) != std::string::npos; });
}

pid_t EngineTest::wait_pid(const Job& job, Stream stream) {
  wait_output(job, "\n", stream);
  return std::stoi(seen(job).text(stream));
}

Result<bool> EngineTest::cancel(const Job& job) {
  return ask<bool>([&](auto handler) { engine->cancel(job.id, handler); });
}

Result<bool> EngineTest::kill(const Job& job, int signal) {
  return ask<bool>([&](auto handler) { engine->kill(job.id, signal, handler); });
}

Result<void> EngineTest::send_input(const Job& job, std::string bytes) {
  return ask<void>([&](auto handler) { engine->send_input(job.id, std::move(bytes), handler); });
}

Result<void> EngineTest::close_input(const Job& job) {
  return ask<void>([&](auto handler) { engine->close_input(job.id, handler); });
}

Result<std::vector<OutputBatch>> EngineTest::replay(const Job& job) {
  return ask<std::vector<OutputBatch>>([&](auto handler) { engine->replay(job.id, handler); });
}

Result<std::vector<int>> EngineTest::shut_down(Millis grace) {
  return ask<std::vector<int>>([&](auto handler) { engine->shut_down(grace, handler); });
}

Seen EngineTest::seen(const Job& job) {
  Seen copy;
  sink.change([&] { copy = sink.seen(job.token); });
  return copy;
}

std::string EngineTest::kept(const Job& job, Stream stream) {
  const auto record = engine->record(job.id);
  if (!record || !record->output) throw std::runtime_error("no output is retained");
  return std::string(record->output->bytes[index_of(stream)].view());
}

bool EngineTest::consume(std::unique_lock<std::mutex>& lock) {
  if (!consuming) return false;
  const auto owed = sink.take_owed();
  if (owed.empty()) return false;
  lock.unlock();
  for (const auto& [token, bytes] : owed) engine->release(token, bytes);
  lock.lock();
  return true;
}

}  // namespace escher::test
