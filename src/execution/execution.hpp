// One command from its admission to its result. Lives on one strand: feeds the lifecycle machine
// and performs the actions that it decides on, through the parts that it is made of.
#pragma once

#include <atomic>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "execution/execution_drain.hpp"
#include "execution/execution_host.hpp"
#include "execution/execution_input.hpp"
#include "execution/execution_output.hpp"
#include "execution/execution_terminal.hpp"
#include "execution/execution_termination.hpp"
#include "execution/execution_texts.hpp"
#include "execution/execution_tree.hpp"
#include "execution/launch_claim.hpp"
#include "execution/part_owner.hpp"
#include "execution/permit.hpp"
#include "execution/strand_timer.hpp"
#include "model/request.hpp"
#include "model/result.hpp"
#include "output/redaction/redactor.hpp"
#include "policy/lifecycle.hpp"
#include "process/launch.hpp"

namespace escher {

class Execution final : public std::enable_shared_from_this<Execution>, private PartOwner {
 public:
  template <typename T>
  using Handler = std::function<void(Result<T>)>;

  // `serial` counts the engine's executions; it orders them and is their ticket at the admission.
  Execution(ExecutionHost& host, Strand strand, const ExecutionId& id, std::uint64_t serial,
            ExecutionRequest request);

  // ---- Never changes: any thread.
  const ExecutionId& id() const { return id_; }
  std::uint64_t serial() const { return serial_; }
  std::uint64_t token() const { return request_.token; }
  const ExecutionRequest& request() const { return request_; }
  const Strand& strand() const override { return strand_; }
  LaunchOptions launch_options() const;
  // ---- Any thread.
  std::shared_ptr<const RedactedTexts> texts() const { return texts_.get(); }
  // Without the secrets in its message and path.
  Error redacted(Error error) const;
  std::string redacted(std::string text) const;

  // ---- The spawn thread.
  // The admission refused it: it never starts and has no result. Calls that came in the meantime
  // are answered.
  void refused();
  LaunchClaim& launch_claim() { return launch_claim_; }
  // Writes the journal, before the start is reported to the sink.
  void journal_launch(int pid) const;
  // `took`: the time of the launch.
  void launched(LaunchedCommand launched, Permit permit, SteadyClock::duration took);
  void launch_failed(Error error, Permit permit);

  // ---- Any thread.
  // Since the process started, or since the request while there is none.
  EpochMillis started_at() const { return started_at_.load(std::memory_order_relaxed); }
  Millis age() const;
  void cancel(Handler<bool> handler);
  void kill(int signal, Handler<bool> handler);
  // Begins its lease anew. False: it has ended, or is being ended.
  void renew(Handler<bool> handler);
  void send_input(std::string bytes, Handler<void> handler);
  void close_input(Handler<void> handler);
  void resize(const TerminalSize& size, Handler<void> handler);
  void replay(Handler<std::vector<OutputBatch>> handler);
  // Whether the consumer takes its lines.
  void watch(bool on);
  // The consumer takes the lines of every execution.
  void watch_begins();
  // `all` has the secrets so far and those of `added`. `done` is called on the strand, when
  // everything that is shown from then on is redacted.
  void add_secrets(const Redactor& all, const Redactor& added, std::function<void()> done);
  // The engine closes: the grace period is the shorter of the two.
  void shut_down(Millis grace);
  // The host ends.
  void kill_now();

 private:
  // ---- PartOwner, on the strand; `keep_alive` on any thread.
  std::shared_ptr<void> keep_alive() override { return shared_from_this(); }
  void feed(Input input) override;

  // ---- On the strand only, from here on.
  void perform(Actions actions);
  // A request to end it, from outside.
  void end(Input cause);
  bool take_early_signal(int signal);
  void send_early_signals();
  void publish_started();
  void start_streams();
  void arm_lease();
  void drain();
  void finish();
  std::shared_ptr<ExecutionResult> make_result();
  LogHeader log_header() const;

  SteadyTime started_steady() const {
    return SteadyTime(SteadyClock::duration(started_steady_.load(std::memory_order_relaxed)));
  }
  template <typename Function>
  void run_on_strand(Function function) {
    boost::asio::post(strand_, [self = shared_from_this(),
                                function = std::move(function)]() mutable { function(*self); });
  }

  // Never change.
  ExecutionHost& host_;
  const ExecutionServices& services_;
  const Strand strand_;
  const ExecutionId id_;
  const std::uint64_t serial_;
  ExecutionRequest request_;  // changed by the constructor only
  const SteadyTime requested_at_;

  // Any thread.
  ExecutionTexts texts_;
  std::atomic<EpochMillis> started_at_;
  std::atomic<SteadyTime::rep> started_steady_;
  LaunchClaim launch_claim_;

  // The strand's.
  Lifecycle lifecycle_;
  ExecutionInput input_;
  ExecutionOutput output_;
  ExecutionTerminal terminal_;
  ExecutionTree tree_;
  ExecutionTermination termination_;
  ExecutionDrain drain_;
  StrandTimer timeout_timer_;
  StrandTimer lease_timer_;
  Permit permit_;
  // Between the launch and the start of the streams.
  std::optional<InputPipe> stdin_;
  std::optional<Terminal> launched_terminal_;
  std::shared_ptr<void> reserved_descriptor_;
  bool started_ = false;
  Millis launch_time_{0};
  bool refused_ = false;
  std::optional<Error> launch_error_;
  // Signals of the caller for a process that does not exist yet; the last one has ended the
  // execution if its cause is `signalled`.
  std::vector<int> early_signals_;
  std::shared_ptr<const CapturedOutput> captured_;  // once it has finished
};

}  // namespace escher
