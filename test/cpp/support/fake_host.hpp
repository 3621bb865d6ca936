// The engine around an execution, as far as an execution needs one; notes what it is told.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "execution.hpp"
#include "execution_host.hpp"
#include "flow_control.hpp"
#include "policy/marker.hpp"
#include "process/control_groups.hpp"
#include "process/guard.hpp"
#include "statistics.hpp"
#include "support/recording_sink.hpp"
#include "support/requests.hpp"
#include "tree_scanner.hpp"

namespace escher::test {

class FakeHost final : public ExecutionHost {
 public:
  ~FakeHost() {
    worker_work_.reset();
    worker_thread_.join();
  }

  const Config& config() const override { return config_; }
  EventSink& sink() override { return sink_; }
  FlowControl& flow() override { return flow_; }
  Statistics& statistics() override { return statistics_; }
  TreeScanner& scanner() override { return scanner_; }
  const Marker& marker() const override { return marker_; }
  Guard& guard() override { return guard_; }
  ControlGroups& groups() override { return groups_; }
  Journal* journal() override { return nullptr; }
  bool watches_all() const override { return true; }
  std::optional<Redactor> redactor_for(const ExecutionRequest&) override { return redactor; }
  Result<std::string> overflow_path(const ExecutionId&, Stream) override {
    return errors::io(0, "open", "nowhere");
  }

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

  // Where trees are looked at.
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
  std::optional<Redactor> redactor;
  Config config_;
  RecordingSink sink_;

 private:
  FlowControl flow_{1 << 20};
  Statistics statistics_;
  std::uint64_t serials_ = 0;
  const Marker marker_{""};
  Guard guard_{marker_.token()};
  ControlGroups groups_{marker_.engine()};
  boost::asio::io_context worker_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> worker_work_{
      worker_.get_executor()};
  std::thread worker_thread_{[this] { worker_.run(); }};
  TreeScanner scanner_{worker_, marker_};
};

}  // namespace escher::test
