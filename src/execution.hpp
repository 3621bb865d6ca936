// One command from its admission to its result. Lives on one strand; performs what the lifecycle
// machine decides.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "execution_host.hpp"
#include "model/request.hpp"
#include "model/result.hpp"
#include "policy/lifecycle.hpp"
#include "policy/process_tree.hpp"
#include "process/launcher.hpp"
#include "strand_timer.hpp"
#include "stream/output_pipeline.hpp"
#include "tree_scanner.hpp"

namespace escher {

// A place among the running ones; gives itself back wherever it is dropped.
class Permit {
 public:
  // Lets the one start that got the place; empty if nobody waited for it.
  using StartNext = std::function<void()>;

  Permit() = default;
  explicit Permit(std::function<StartNext()> give_back) : give_back_(std::move(give_back)) {}
  Permit(Permit&& other) noexcept : give_back_(std::exchange(other.give_back_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    reset();
    give_back_ = std::exchange(other.give_back_, nullptr);
    return *this;
  }
  ~Permit() { reset(); }

  void reset() {
    if (const auto start_next = give_back()) start_next();
  }
  // The place is free, or another's who has not started yet.
  [[nodiscard]] StartNext give_back() {
    const auto give_back = std::exchange(give_back_, nullptr);
    return give_back ? give_back() : nullptr;
  }

 private:
  std::function<StartNext()> give_back_;
};

class Execution final : public std::enable_shared_from_this<Execution>, private PipeReader {
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
  const std::string& command_text() const { return command_text_; }
  LaunchOptions launch_options() const;
  // Without the secrets in its message and path.
  Error redacted(Error error) const;
  const Strand& strand() const { return strand_; }

  // ---- Any thread.
  // The admission said no. What was asked of it meanwhile is answered; it has no beginning and no
  // end.
  void refused();
  // Since the process started, or since the request while there is none.
  EpochMillis started_at() const { return started_at_.load(std::memory_order_relaxed); }
  Millis age() const;
  // The spawn thread takes it up. False = it ended while it waited.
  bool claim_launch();
  // The launch failed, and is to be tried again: until then it may be withdrawn, as ahead of the
  // first try. False = something asked for its end during this one, and waits for how it went.
  bool release_launch();
  // In the journal, before anybody else hears of it.
  void note_launch(int pid) const;
  void launched(LaunchedCommand launched, Permit permit);
  void launch_failed(Error error, Permit permit);
  void cancel(Handler<bool> handler);
  void kill(int signal, Handler<bool> handler);
  void send_input(std::string bytes, Handler<void> handler);
  void close_input(Handler<void> handler);
  void replay(Handler<std::vector<OutputBatch>> handler);
  void watch(bool on);
  // Whether somebody takes its lines may have changed.
  void look_again();
  // The engine closes: the grace period is the shorter of the two.
  void shut_down(Millis grace);
  // The host ends.
  void kill_now();

 private:
  // ---- On the strand only, from here on.
  void feed(Input input);
  void perform(Actions actions);
  void end(Input cause);

  void publish_started();
  void start_streams();
  // How an end reaches the tree: execution_tree.cpp.
  void end_softly();
  void signal_softly();
  void end_hard();
  void signal_group(int signal);
  void arm_grace();
  void arm_kill();
  void watch_tree();
  void look_at_tree();
  void on_tree_seen(TreeScanner::Answer answer, bool whole);
  int soft_signal() const;
  std::optional<Termination> termination() const;
  void leave_process();
  void seek_holders();
  void on_holders(TreeScanner::Holders holders);

  void drain();
  // Reads what lies in the pipes, whatever the consumer has taken. False = that ended it.
  bool read_rest();
  void end_drain();
  void expire_drain();
  void close_streams();
  void finish();

  void on_chunk(Stream stream, std::string_view chunk) override;
  void on_stream_end(Stream stream, int os_error) override;
  std::span<char> room(Stream stream) override { return pipeline_.room(stream); }
  bool may_read(Stream stream) override;
  void resume_streams();
  void emit(OutputBatch batch);
  bool watched() const;
  void arm_timeouts();
  void check_idle();
  void arm_partial_flush();
  void flush_idle_partials();
  Millis patience_left(Stream stream, Millis patience);
  void write_input();
  bool may_still_start() const { return lifecycle_.phase() <= Phase::starting && !refused_; }
  void run_deferred();
  std::optional<Error> stdin_refusal() const;
  void count_output();

  OutputPipe* pipe(Stream stream);
  std::shared_ptr<ExecutionResult> make_result();
  std::optional<Error> outcome_error(const ExecutionResult& result) const;
  template <typename Function>
  void run_on_strand(Function function) {
    boost::asio::post(strand_, [self = shared_from_this(),
                                function = std::move(function)]() mutable { function(*self); });
  }

  Millis timeout() const;
  std::string log_path() const;
  OutputOptions output_options();
  std::string redacted(std::string text) const;

  // Never change.
  ExecutionHost& host_;
  const Strand strand_;
  const ExecutionId id_;
  const std::uint64_t serial_;
  ExecutionRequest request_;  // `input` is given away once
  const std::optional<Redactor> redactor_;
  const std::string command_text_;
  const SteadyTime requested_at_;

  // Any thread.
  std::atomic<EpochMillis> started_at_;
  std::atomic<SteadyTime::rep> started_steady_;
  std::atomic<bool> watch_;
  std::atomic<bool> ending_{false};
  enum class LaunchClaim : std::uint8_t { open, launching, withdrawn };
  std::atomic<LaunchClaim> launch_claim_{LaunchClaim::open};

  // The strand's.
  Lifecycle lifecycle_;
  OutputPipeline pipeline_;
  const OutputPipeline::Emit emit_;
  Permit permit_;
  std::optional<ChildProcess> process_;
  std::array<std::optional<OutputPipe>, kStreamCount> pipes_;
  std::optional<InputPipe> stdin_;
  std::optional<ControlGroup> group_;
  std::shared_ptr<void> reserved_;
  bool stdin_closed_by_caller_ = false;
  // What was asked of stdin before there was a process.
  std::vector<std::function<void()>> before_start_;
  bool started_ = false;
  bool refused_ = false;
  Millis grace_;
  SoughtTree tree_;
  bool looking_ = false;
  bool look_again_ = false;
  bool group_signalled_ = false;
  int tree_checks_ = 0;
  // Of its pipes, once its tree was ended.
  TreeScanner::Holders holders_;
  bool seeking_holders_ = false;
  bool drain_is_over_ = false;
  std::size_t drained_bytes_ = 0;
  std::vector<int> sent_signals_;
  std::uint64_t counted_bytes_ = 0;
  std::uint64_t counted_lines_ = 0;
  std::optional<Error> failure_;                  // of the launch, or of reading a stream
  std::shared_ptr<const CapturedOutput> output_;  // once it has ended
  std::array<SteadyTime, kStreamCount> last_chunk_at_{};

  StrandTimer timeout_timer_;
  StrandTimer idle_timer_;
  StrandTimer phase_timer_;  // grace, then that of SIGKILL, then drain
  StrandTimer tree_timer_;
  StrandTimer partial_timer_;
};

}  // namespace escher
