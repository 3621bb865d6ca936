// An engine for a benchmark together with its host: one thread that starts commands as others end
// and consumes what the sink received. Owned by the benchmark, used on its thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/engine.hpp"

namespace escher::bench {

class EngineRun final : private EventSink {
 public:
  // The defaults of the package: one io thread per core, at most four.
  static Config config();

  // `listening`: the host consumes the lines.
  explicit EngineRun(Config config, bool listening = false);
  ~EngineRun() override;
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;

  // Runs the command `count` times. Returns the number of bytes written to stdout; throws
  // std::runtime_error if a command was rejected or did not exit with 0.
  std::uint64_t run(const Command& command, std::size_t count, std::size_t concurrency = 1);

  // The bytes kept for all finished executions.
  std::uint64_t retained_bytes() const { return engine_->stats().retained_bytes; }
  // The bytes of all batches; 0 if not listening.
  std::uint64_t delivered_bytes() const { return delivered_; }

 private:
  // What the engine's threads have reported since the last call of `wait_for_reports`.
  struct Reports {
    std::size_t ended = 0;
    std::size_t failed = 0;
    std::uint64_t written = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> batches;  // token, weight
  };

  void started(StartedEvent) override {}
  void echo(EchoEvent) override {}
  void removed(RemovedEvent) override {}
  void output(OutputBatch batch) override;
  void finished(FinishedEvent event) override;

  void submit(const Command& command);
  template <typename Update>
  void report(Update update);
  Reports wait_for_reports();

  const bool listening_;
  std::shared_ptr<const Environment> environment_;
  std::uint64_t tokens_ = 0;
  std::uint64_t delivered_ = 0;

  std::mutex mutex_;
  std::condition_variable reported_;
  bool unread_ = false;
  Reports reports_;

  std::unique_ptr<Engine> engine_;
};

}  // namespace escher::bench
