// Commands on a pseudo-terminal.
#include <fcntl.h>
#include <signal.h>

#include "support/engine_test.hpp"
#include "support/pattern.hpp"

namespace escher::test {
namespace {

class EnginePty : public EngineTest {
 protected:
  static ExecutionRequest on_terminal(std::string command) {
    auto request = shell(std::move(command));
    request.pty.emplace();
    return request;
  }
  Result<void> resize(const Job& job, TerminalSize size) {
    return ask<void>([&](auto handler) { engine->resize({job.id, job.token}, size, handler); });
  }
  void wait_echo(const Job& job, std::vector<bool> expected) {
    wait_until("echo events", [&] {
      std::vector<bool> seen;
      for (const auto& event : sink.seen(job.token).echoes) seen.push_back(event.enabled);
      return seen == expected;
    });
  }
};

TEST_F(EnginePty, CommandHasATerminalOfTheGivenSizeAndType) {
  start();
  auto request =
      on_terminal("tty -s && tty <&1 && tty <&2 && stty size && echo $TERM; true >/dev/tty");
  request.pty = TerminalOptions{101, 37, "vt220"};
  const auto job = submit(std::move(request));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  const std::string text = kept(job);
  EXPECT_EQ(text.find("/dev/pts/"), 0U) << text;
  EXPECT_NE(text.find("\r\n37 101\r\nvt220\r\n"), std::string::npos) << text;
}

TEST_F(EnginePty, EnvironmentOfTheRequestWins) {
  start();
  auto request = on_terminal("echo $TERM,$COLUMNS,$TMUX");
  request.inherited_env = std::make_shared<const Environment>(
      Environment{"PATH=/usr/bin:/bin", "TERM=host", "COLUMNS=7", "TMUX=inherited"});
  request.env = {{"TERM", "own"}};
  const auto job = submit(std::move(request));
  wait_finished(job);
  EXPECT_EQ(kept(job), "own,,\r\n");
}

TEST_F(EnginePty, BothStreamsAreStdoutAndLinesEndAtTheCarriageReturn) {
  start();
  const auto job = submit(on_terminal("echo out; echo err >&2; printf last"));
  const auto result = wait_finished(job);
  EXPECT_EQ(kept(job), "out\r\nerr\r\nlast");
  EXPECT_EQ(kept(job, Stream::err), "");
  EXPECT_EQ(seen(job).text(), "out\r\nerr\r\nlast");
  EXPECT_FALSE(result->output_incomplete);
}

TEST_F(EnginePty, InputIsEchoedAndClosedByEndOfFile) {
  start();
  auto request = on_terminal("cat");
  request.stdin_mode = StdinMode::input;
  request.input = "no line end";
  const auto job = submit(std::move(request));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), "no line endno line end");
}

TEST_F(EnginePty, CloseInputAtTheStartOfALineSendsOneEndOfFile) {
  start();
  // A second one would end `read` before its time, with the code 1.
  const auto job = submit(on_terminal("cat; read -t 0.2 line; [ $? -gt 128 ] && echo waited"));
  EXPECT_TRUE(send_input(job, "a\n"));
  EXPECT_TRUE(close_input(job));
  EXPECT_FALSE(close_input(job));
  wait_finished(job);
  EXPECT_EQ(kept(job), "a\r\na\r\nwaited\r\n");
}

TEST_F(EnginePty, SlowReaderLosesNoInput) {
  start();
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "line " + std::to_string(i) + "\n";
  auto request = on_terminal("stty -echo; echo ready; sleep 0.2; wc -c; stty echo");
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  EXPECT_TRUE(send_input(job, lines));
  EXPECT_TRUE(close_input(job));
  wait_finished(job);
  EXPECT_EQ(kept(job), "ready\r\n" + std::to_string(lines.size()) + "\r\n");
}

TEST_F(EnginePty, ResizeSignalsTheCommand) {
  start();
  auto request =
      on_terminal("trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.01; done");
  const auto job = submit(std::move(request));
  wait_output(job, "ready");
  EXPECT_TRUE(resize(job, {132, 50}));
  EXPECT_EQ(wait_finished(job)->exit.code, 3);
  EXPECT_EQ(kept(job), "ready\r\n50 132\r\n");
  EXPECT_TRUE(resize(job, {1, 1}));

  const auto plain = submit(shell("sleep 100"));
  const auto refused = resize(plain, {80, 24});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  cancel(plain);
  wait_finished(plain);
}

TEST_F(EnginePty, ResizeBeforeTheStartIsKept) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 1;
  start();
  const auto first = submit(shell("sleep 100"));
  const auto job = submit(on_terminal("sleep 0.1; stty size"));
  EXPECT_TRUE(resize(job, {99, 9}));
  cancel(first);
  wait_finished(job);
  EXPECT_EQ(kept(job), "9 99\r\n");
}

TEST_F(EnginePty, EchoIsReportedAfterTheOutputBefore) {
  start();
  const auto job = submit(on_terminal(
      "printf 'Password: '; stty -echo; read -r word; stty echo; echo; echo $word; read"));
  wait_echo(job, {false});
  EXPECT_TRUE(seen(job).echoes[0].canonical);
  EXPECT_NE(seen(job).text().find("Password: "), std::string::npos);
  EXPECT_TRUE(send_input(job, "secret\n"));
  wait_echo(job, {false, true});
  wait_output(job, "secret");
  EXPECT_TRUE(send_input(job, "\n"));
  wait_finished(job);
  // Shown by the command itself, once.
  EXPECT_EQ(kept(job), "Password: \r\nsecret\r\n\r\n");
  EXPECT_EQ(seen(job).order.front(), 'S');
  EXPECT_EQ(seen(job).order.back(), 'F');
}

TEST_F(EnginePty, SilentChangeOfEchoIsReported) {
  start();
  const auto job = submit(on_terminal("sleep 0.6; stty -echo; sleep 100"));
  wait_echo(job, {false});
  cancel(job);
  wait_finished(job);
}

TEST_F(EnginePty, TwentyMebibytesArriveUnderBackpressure) {
  config.max_pending_event_bytes = 100'000;
  config.max_output_size_bytes = 1 << 30;
  start();
  const auto job =
      submit(on_terminal("stty -opost; head -c 20971520 /dev/zero | tr '\\0' x; stty size"));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->streams[0].total_bytes, 20'971'520U + 6);
  EXPECT_EQ(kept(job).substr(20'971'520), "24 80\n");
}

TEST_F(EnginePty, ControlCharacterInterruptsTheForegroundJob) {
  start();
  const auto job = submit(on_terminal("echo ready; sleep 100"));
  wait_output(job, "ready");
  EXPECT_TRUE(send_input(job, "\x03"));
  EXPECT_EQ(wait_finished(job)->exit.signal, SIGINT);
}

TEST_F(EnginePty, CancelEndsTheTree) {
  start();
  const auto job = submit(on_terminal("bash -mc 'sleep 100 & echo $!; wait'; echo never"));
  const ProcessWatch child(wait_pid(job));
  cancel(job);
  EXPECT_EQ(wait_finished(job)->status, Status::cancelled);
  child.wait_gone();
}

TEST_F(EnginePty, DescendantThatHoldsTheTerminalIsAHeldPipe) {
  config.drain_grace = Millis(50);
  start();
  const auto job = submit(on_terminal("trap '' HUP; setsid sleep 100 & echo $!"));
  const ProcessWatch descendant(wait_pid(job));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->status, Status::completed);
  EXPECT_TRUE(result->output_incomplete);
  EXPECT_TRUE(descendant.lives());
}

TEST_F(EnginePty, AbortOfTheEngineLeavesNoProcess) {
  start();
  const auto job = submit(on_terminal("echo $$; exec sleep 100"));
  const pid_t leader = wait_pid(job);
  end();
  EXPECT_EQ(::kill(leader, 0), -1);
}

TEST_F(EnginePty, TwoHundredLeaveNoDescriptor) {
  config.max_concurrent_executions = 20;
  config.max_queued_executions = 200;
  start();
  std::vector<Job> jobs;
  for (int i = 0; i < 200; ++i) jobs.push_back(submit(on_terminal("stty size")));
  for (const auto& job : jobs) {
    wait_finished(job);
    EXPECT_EQ(kept(job), "24 80\r\n");
  }
  // The fixture compares the descriptors.
}

TEST_F(EnginePty, MissingProgramIsReportedAsWithPipes) {
  start();
  auto request = on_terminal("");
  request.command = ExecCommand{"/nonexistent/program", {}};
  const auto refused = try_submit(std::move(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, ValidationReason::program_not_found);
}

}  // namespace
}  // namespace escher::test
