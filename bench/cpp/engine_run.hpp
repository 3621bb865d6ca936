// A whole engine for a benchmark, and a host for it: one thread that starts commands as others end,
// and takes what the sink was handed. Owned by the benchmark, used on its thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine.hpp"

namespace escher::bench {

class EngineRun final : private EventSink {
 public:
  // The defaults of the package: as many io threads as cores, four at most.
  static Config config();

  // `listening`: somebody takes the lines.
  explicit EngineRun(Config config, bool listening = false);
  ~EngineRun() override;
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;

  // Runs the command so many times. Returns how many bytes of stdout were written; throws
  // std::runtime_error if one was refused or ended with anything but 0.
  std::uint64_t run(const Command& command, std::size_t count, std::size_t concurrency = 1);

  // The bytes that are kept of all of them.
  std::uint64_t retained_bytes() const { return engine_->stats().retained_bytes; }
  // The bytes of all batches; 0 when not listening.
  std::uint64_t delivered_bytes() const { return delivered_; }

 private:
  // What the engine's threads have told since the host last looked.
  struct News {
    std::size_t ended = 0;
    std::size_t failed = 0;
    std::uint64_t written = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> batches;  // token, weight
  };

  void started(StartedEvent) override {}
  void output(OutputBatch batch) override;
  void finished(FinishedEvent event) override;

  void submit(const Command& command);
  template <typename Note>
  void tell(Note note);
  News wait_for_news();

  const bool listening_;
  std::shared_ptr<const Environment> environment_;
  std::uint64_t tokens_ = 0;
  std::uint64_t delivered_ = 0;

  std::mutex mutex_;
  std::condition_variable told_;
  bool unread_ = false;
  News news_;

  std::unique_ptr<Engine> engine_;
};

}  // namespace escher::bench
