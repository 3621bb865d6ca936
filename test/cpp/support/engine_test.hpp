// The fixture of tests that run a whole engine. While a test waits, the fixture consumes the
// recorded output, like JavaScript does. At the end it checks that no child, zombie or descriptor
// is left.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "engine/engine.hpp"
#include "support/process_facts.hpp"
#include "support/recording_sink.hpp"
#include "support/requests.hpp"

namespace escher::test {

// Identifies an execution of the test.
struct Job {
  std::uint64_t token;
  std::string id;
};

class EngineTest : public testing::Test {
 protected:
  using ResultPtr = std::shared_ptr<const ExecutionResult>;

  EngineTest();
  void TearDown() override;

  // Creates an engine with `config` and watches all executions.
  void start();
  // Aborts and destroys the engine, then checks for leftovers.
  void end();

  Result<void> try_submit(ExecutionRequest request);
  // Throws unless the request is admitted.
  Job submit(ExecutionRequest request);
  ResultPtr run(ExecutionRequest request) { return wait_finished(submit(std::move(request))); }

  StartedEvent wait_started(const Job& job);
  ResultPtr wait_finished(const Job& job);
  // Waits until the output of the stream contains `text`.
  void wait_output(const Job& job, const std::string& text, Stream stream = Stream::out);
  // Waits for the first line of the stream, and returns the pid in it.
  pid_t wait_pid(const Job& job, Stream stream = Stream::out);

  // Waits until `fact()`, which may read the sink, returns true.
  template <typename Fact>
  void wait_until(const std::string& what, Fact fact) {
    sink.wait(what, fact, [this](std::unique_lock<std::mutex>& lock) { return consume(lock); });
  }

  // Makes a call that answers through a handler, and waits for the answer.
  template <typename T, typename Call>
  Result<T> ask(Call call) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    call([this, answer](Result<T> result) {
      sink.change([&] { answer->emplace(std::move(result)); });
    });
    wait_until("an answer", [&] { return answer->has_value(); });
    return std::move(**answer);
  }

  Result<bool> cancel(const Job& job);
  Result<bool> kill(const Job& job, int signal);
  Result<void> send_input(const Job& job, std::string bytes);
  Result<void> close_input(const Job& job);
  Result<std::vector<OutputBatch>> replay(const Job& job);
  Result<std::vector<int>> shut_down(Millis grace);

  Seen seen(const Job& job);
  // The retained output of a finished execution.
  std::string kept(const Job& job, Stream stream = Stream::out);

  Config config;
  RecordingSink sink;
  std::unique_ptr<Engine> engine;
  // False: delivered bytes are not released.
  bool consuming = true;

 private:
  bool consume(std::unique_lock<std::mutex>& lock);

  std::set<int> descriptors_before_;
};

}  // namespace escher::test
