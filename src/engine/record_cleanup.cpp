#include "engine/record_cleanup.hpp"

#include <boost/asio/post.hpp>
#include <filesystem>
#include <system_error>
#include <utility>

#include "process/strand_checker.hpp"
#include "recovery/log_directory.hpp"

namespace escher {

void RecordCleanup::remove_files(const std::vector<DroppedRecord>& dropped) const {
  if (config_.keep_overflow_files) return;
  for (const auto& record : dropped) {
    for (const auto& stream : record.result->streams) {
      std::error_code already_gone;
      if (!stream.overflow_file.empty()) {
        std::filesystem::remove(stream.overflow_file, already_gone);
      }
    }
  }
}

void RecordCleanup::on_dropped(const std::vector<DroppedRecord>& dropped) const {
  remove_files(dropped);
  if (!reports_ || dropped.empty()) return;
  RemovedEvent event{wall_now(), {}};
  event.entries.reserve(dropped.size());
  for (const auto& record : dropped) {
    event.entries.push_back({record.token, record.result->id, record.reason, record.result->key});
  }
  sink_.removed(std::move(event));
}

std::vector<DroppedRecord> RecordCleanup::sweep() {
  assert_on_strand(strand_);
  auto dropped = registry_.sweep(SteadyClock::now());
  on_dropped(dropped);
  return dropped;
}

// The handler is called before the records are destroyed, which takes about as long as the pass.
void RecordCleanup::run(std::function<void(Result<std::size_t>)> handler) {
  boost::asio::post(strand_, [this, handler = std::move(handler)] {
    const auto dropped = sweep();
    sweep_logs_then([handler, count = dropped.size()] { handler(count); });
  });
}

void RecordCleanup::sweep_logs_then(std::function<void()> next) {
  const LogLimits limits{config_.log_retention, config_.log_retention_bytes};
  if (!config_.log_dir || !is_limited(limits)) return next();
  boost::asio::post(worker_, [this, limits, next = std::move(next)] {
    remove_old_logs(*config_.log_dir, limits);
    next();
  });
}

void RecordCleanup::sweep_logs() {
  if (!logs_wait_.exchange(true)) sweep_logs_then([this] { logs_wait_ = false; });
}

void RecordCleanup::arm() {
  timer_.arm(strand_, config_.cleanup_interval, [this] {
    sweep();
    sweep_logs();
    arm();
  });
}

void RecordCleanup::start() {
  boost::asio::post(strand_, [this] {
    if (std::exchange(runs_, true)) return;
    sweep_logs();
    arm();
  });
}

void RecordCleanup::stop() {
  boost::asio::post(strand_, [this] {
    runs_ = false;
    timer_.cancel();
  });
}

void RecordCleanup::on_record_added() {
  if (!config_.enable_auto_cleanup || !registry_.crowded() || early_pass_.exchange(true)) return;
  boost::asio::post(strand_, [this] {
    early_pass_ = false;
    if (runs_) sweep();
  });
}

}  // namespace escher
