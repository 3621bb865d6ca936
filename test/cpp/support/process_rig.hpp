// For tests below the engine: children, and an io_context that the test itself runs, so handlers
// run only when the test asks for it.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <vector>

#include "process/launch.hpp"
#include "support/process_facts.hpp"
#include "support/puppet_path.hpp"
#include "support/requests.hpp"
#include "support/waiting.hpp"

namespace escher::test {

inline ResolvedCommand puppet_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"puppet"});
  return {kPuppetPath, std::move(arguments), own_environment()};
}

inline ResolvedCommand fugitive_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"fugitive"});
  return {kFugitivePath, std::move(arguments), own_environment()};
}

// Collects the output of both pipes of one child.
struct Collector final : PipeReader {
  void on_chunk(Stream stream, std::string_view chunk) override { text[index_of(stream)] += chunk; }
  void on_stream_end(Stream stream, int os_error) override {
    ended[index_of(stream)] = true;
    last_error = os_error;
  }
  bool may_read(Stream) override { return wants_more; }

  std::string text[kStreamCount];
  bool ended[kStreamCount] = {};
  int last_error = 0;
  bool wants_more = true;
};

class Rig {
 public:
  // Runs one handler at a time until `fact()` is true.
  template <typename Fact>
  void run_until(const std::string& what, Fact fact) {
    const auto deadline = std::chrono::steady_clock::now() + kHangGuard;
    // Another thread can post the handler.
    const auto work = boost::asio::make_work_guard(io);
    io.restart();
    while (!fact()) {
      if (io.run_one_until(deadline) == 0 && !fact()) throw Hung(what);
    }
  }

  // Runs handlers for `duration`, however few there are.
  void run_for(std::chrono::milliseconds duration) {
    const auto work = boost::asio::make_work_guard(io);
    io.restart();
    io.run_for(duration);
  }

  // Calls `function` on the strand.
  template <typename Function>
  void on_strand(Function function) {
    bool called = false;
    boost::asio::post(strand, [&] {
      function();
      called = true;
    });
    run_until("the call", [&] { return called; });
  }

  // Runs everything that is ready, and all that follows from it without waiting.
  void run_ready() {
    io.restart();
    while (io.poll() > 0) {
    }
  }

  LaunchedCommand launch_command(const ResolvedCommand& command, const LaunchOptions& options) {
    auto launched = launch(strand, command, options);
    if (!launched) throw std::runtime_error(launched.error().message);
    return std::move(*launched);
  }
  LaunchedCommand launch_puppet(std::vector<std::string> arguments, LaunchOptions options = {}) {
    return launch_command(puppet_command(std::move(arguments)), options);
  }
  LaunchedCommand launch_fugitive(std::vector<std::string> arguments, LaunchOptions options = {}) {
    return launch_command(fugitive_command(std::move(arguments)), options);
  }

  // Reads until both pipes have ended.
  void read_all(LaunchedCommand& command, const std::shared_ptr<Collector>& collector) {
    command.out.start(collector, *collector);
    if (command.err) command.err->start(collector, *collector);
    run_until("the end of the output",
              [&] { return collector->ended[0] && (!command.err || collector->ended[1]); });
  }

  // Reads until the pipe has delivered a line; returns it.
  std::string read_line(OutputPipe& pipe, const std::shared_ptr<Collector>& collector,
                        Stream stream = Stream::out) {
    const std::string& text = collector->text[index_of(stream)];
    pipe.start(collector, *collector);
    run_until("a line", [&] { return text.find('\n') != std::string::npos; });
    return text.substr(0, text.find('\n'));
  }

  ChildProcess::Ended wait_and_reap(ChildProcess& process) {
    bool exited = false;
    process.async_wait_exit([&] { exited = true; });
    run_until("the exit", [&] { return exited; });
    return process.reap();
  }

  struct Outcome {
    ChildProcess::Ended ended;
    std::string out, err;
  };

  Outcome run_puppet(std::vector<std::string> arguments, LaunchOptions options = {}) {
    auto command = launch_puppet(std::move(arguments), std::move(options));
    const auto collector = std::make_shared<Collector>();
    read_all(command, collector);
    auto ended = wait_and_reap(command.process);
    return {ended, collector->text[0], collector->text[1]};
  }

  boost::asio::io_context io{1};
  Strand strand{io.get_executor()};
};

class ProcessRig : public testing::Test, public Rig {
 protected:
  ~ProcessRig() override { EXPECT_EQ(own_children(), std::vector<pid_t>{}); }
};

}  // namespace escher::test
