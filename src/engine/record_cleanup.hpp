// Drops finished records by the retention rules, with their overflow files: on request, at an
// interval, and early when there are far too many. Any thread; one pass at a time, on a strand of
// its own. Old log files are removed with it, on the runtime's worker thread. Owned by the engine.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <vector>

#include "engine/registry.hpp"
#include "execution/strand_timer.hpp"
#include "model/config.hpp"
#include "model/error.hpp"
#include "model/event.hpp"
#include "model/record.hpp"
#include "process/strand.hpp"

namespace escher {

class RecordCleanup {
 public:
  // The references outlive it.
  RecordCleanup(const Strand& strand, boost::asio::io_context& worker, const Config& config,
                Registry& registry, EventSink& sink)
      : strand_(strand), worker_(worker), config_(config), registry_(registry), sink_(sink) {}

  // Whether the sink gets a `removed` for what is dropped.
  void report(bool on) { reports_ = on; }

  // One pass; the handler gets the number of records that it dropped, after the logs were removed.
  void run(std::function<void(Result<std::size_t>)> handler);
  // A pass at every interval.
  void start();
  void stop();
  // A record was added: begins a pass if there are far too many.
  void on_record_added();

  // Removes the overflow files of records that were dropped.
  void remove_files(const std::vector<DroppedRecord>& dropped) const;
  // Records were dropped by the retention rules or by a call.
  void on_dropped(const std::vector<DroppedRecord>& dropped) const;

 private:
  // ---- On the strand only.
  std::vector<DroppedRecord> sweep();
  void arm();
  void sweep_logs();
  // Calls `next` on the worker thread after the pass.
  void sweep_logs_then(std::function<void()> next);

  const Strand strand_;
  boost::asio::io_context& worker_;
  const Config& config_;
  Registry& registry_;
  EventSink& sink_;
  std::atomic<bool> reports_{false};
  std::atomic<bool> early_pass_{false};
  // A pass over the logs waits for the worker thread: a slow disk must not collect them.
  std::atomic<bool> logs_wait_{false};

  // The strand's.
  StrandTimer timer_;
  bool runs_ = false;
};

}  // namespace escher
