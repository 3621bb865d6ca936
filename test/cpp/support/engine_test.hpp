// The fixture of the tests that run a whole engine. It consumes what the sink records, as
// JavaScript would, whenever the test waits; and at the end it checks that nothing is left over: no
// child, no zombie, no descriptor.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "engine.hpp"
#include "support/process_facts.hpp"
#include "support/recording_sink.hpp"
#include "support/requests.hpp"

namespace escher::test {

// How a test names one of its executions.
struct Job {
  std::uint64_t token;
  std::string id;
};

class EngineTest : public testing::Test {
 protected:
  using ResultPtr = std::shared_ptr<const ExecutionResult>;

  EngineTest();
  void TearDown() override;

  // Starts the engine with `config`; every line is watched.
  void start();
  // Kills what runs, ends the engine, and looks for leftovers.
  void end();

  Result<void> try_submit(ExecutionRequest request);
  // Is admitted, or the test ends.
  Job submit(ExecutionRequest request);
  ResultPtr run(ExecutionRequest request) { return wait_finished(submit(std::move(request))); }

  StartedEvent wait_started(const Job& job);
  ResultPtr wait_finished(const Job& job);
  // Until the lines of the stream, as text, hold `text`.
  void wait_output(const Job& job, const std::string& text, Stream stream = Stream::out);
  // The number in the first line of the stream.
  pid_t wait_pid(const Job& job, Stream stream = Stream::out);

  // Until `fact()`, which may look at the sink.
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
  Result<void> shut_down(Millis grace);

  Seen seen(const Job& job);
  // What the engine has kept of a finished execution.
  std::string kept(const Job& job, Stream stream = Stream::out);

  Config config;
  RecordingSink sink;
  std::unique_ptr<Engine> engine;
  // False: what the sink gets is not given back.
  bool consuming = true;

 private:
  bool consume(std::unique_lock<std::mutex>& lock);

  std::set<int> descriptors_before_;
};

}  // namespace escher::test
