// An ExecutionHost for tests of single executions. It records its calls.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "execution/execution.hpp"
#include "execution/execution_host.hpp"
#include "execution/flow_control.hpp"
#include "execution/statistics.hpp"
#include "execution/tree_scanner.hpp"
#include "output/redaction/redactor_cache.hpp"
#include "policy/marker.hpp"
#include "process/engine_cgroups.hpp"
#include "process/host_state.hpp"
#include "process/watchdog.hpp"
#include "recovery/overflow_directory.hpp"
#include "support/recording_sink.hpp"
#include "support/requests.hpp"

namespace escher::test {

class FakeHost final : public ExecutionHost {
 public:
  ~FakeHost() {
    worker_work_.reset();
    worker_thread_.join();
  }

  const ExecutionServices& services() const override { return services_; }
  Statistics& statistics() { return statistics_; }

  void on_running(Execution&) override { ++running; }
  void on_withdrawn(Execution& execution) override {
    if (withdrawn) withdrawn(execution);
  }
  void on_finished(Execution& execution, std::shared_ptr<const ExecutionResult> its_result,
                   std::shared_ptr<const CapturedOutput> its_output) override {
    ++finished;
    sink_.finished({execution.token(), its_result->completed_at, its_result, its_output});
    result = std::move(its_result);
    output = std::move(its_output);
  }

  // Reads the process table.
  boost::asio::io_context& worker() { return worker_; }

  std::shared_ptr<Execution> make_execution(const Strand& strand, ExecutionRequest request) {
    const auto id = parse_id(request.id);
    return std::make_shared<Execution>(*this, strand, *id, serials_++, std::move(request));
  }

  int running = 0;
  int finished = 0;
  std::shared_ptr<const ExecutionResult> result;  // the last one
  std::shared_ptr<const CapturedOutput> output;
  std::function<void(Execution&)> withdrawn;
  Config config_;
  RecordingSink sink_;

 private:
  FlowControl flow_{1 << 20};
  Statistics statistics_;
  std::uint64_t serials_ = 0;
  const Marker marker_{""};
  Watchdog watchdog_{marker_.token()};
  EngineCgroups cgroups_{marker_.engine()};
  HostState host_state_;
  boost::asio::io_context worker_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> worker_work_{
      worker_.get_executor()};
  std::thread worker_thread_{[this] { worker_.run(); }};
  TreeScanner scanner_{worker_, marker_};
  RedactorCache redactors_{{}};
  OverflowDirectory overflow_{std::nullopt, false};
  const std::atomic<bool> watch_all_{true};
  const ExecutionServices services_{config_,   sink_,     flow_,     statistics_, scanner_,
                                    marker_,   watchdog_, cgroups_,  host_state_, redactors_,
                                    overflow_, nullptr,   watch_all_};
};

}  // namespace escher::test
