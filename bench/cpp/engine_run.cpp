#include "engine_run.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "model/id.hpp"

namespace escher::bench {
namespace {

std::shared_ptr<const Environment> own_environment() {
  char** end = environ;
  while (*end != nullptr) ++end;
  return std::make_shared<const Environment>(environ, end);
}

}  // namespace

Config EngineRun::config() {
  Config config;
  config.io_threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
  return config;
}

EngineRun::EngineRun(Config config, bool listening)
    : listening_(listening), environment_(own_environment()) {
  auto created = Engine::create(std::move(config), *this);
  if (!created) throw std::runtime_error(created.error().message);
  engine_ = std::move(*created);
}

EngineRun::~EngineRun() {
  engine_->abort(kForever);
  engine_->join();
}

std::uint64_t EngineRun::run(const Command& command, std::size_t count, std::size_t concurrency) {
  std::uint64_t written = 0;
  std::size_t begun = 0;
  for (std::size_t ended = 0; ended < count;) {
    for (; begun < count && begun < ended + concurrency; ++begun) submit(command);
    const Reports reports = wait_for_reports();
    if (reports.failed > 0) throw std::runtime_error("a command was rejected or failed");
    for (const auto& [token, weight] : reports.batches) {
      engine_->release(token, weight);
      delivered_ += weight;
    }
    ended += reports.ended;
    written += reports.written;
  }
  return written;
}

void EngineRun::submit(const Command& command) {
  ExecutionRequest request;
  request.token = ++tokens_;
  request.id = format_id(random_id());
  request.command = command;
  request.inherited_env = environment_;
  request.watch = listening_;
  engine_->execute(std::move(request), [this](const Result<void>& admitted) {
    if (!admitted) report([](Reports& reports) { ++reports.failed; });
  });
}

void EngineRun::output(OutputBatch batch) {
  report([&](Reports& reports) { reports.batches.emplace_back(batch.token, batch.weight()); });
}

void EngineRun::finished(FinishedEvent event) {
  report([&](Reports& reports) {
    ++reports.ended;
    if (!event.result->success()) ++reports.failed;
    reports.written += event.result->streams[index_of(Stream::out)].total_bytes;
  });
}

template <typename Update>
void EngineRun::report(Update update) {
  const std::lock_guard lock(mutex_);
  update(reports_);
  // A host with unread reports is awake already.
  if (!std::exchange(unread_, true)) reported_.notify_one();
}

EngineRun::Reports EngineRun::wait_for_reports() {
  std::unique_lock lock(mutex_);
  reported_.wait(lock, [this] { return unread_; });
  unread_ = false;
  return std::exchange(reports_, {});
}

}  // namespace escher::bench
