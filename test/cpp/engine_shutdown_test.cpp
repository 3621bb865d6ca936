// The end of an engine: politely, at once, and by accident.
#include <csignal>

#include "support/engine_test.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

using EngineShutdown = EngineTest;

TEST_F(EngineShutdown, OfAnIdleEngineIsDoneAtOnce) {
  start();
  EXPECT_TRUE(shut_down(Millis(0)));
}

TEST_F(EngineShutdown, EndsWhatRunsAndWhatWaits) {
  config.max_concurrent_executions = 1;
  config.max_queued_executions = 5;
  start();
  const auto running = submit(puppet({"exit-on-term", "9"}));
  const auto waiting = submit(puppet({"sleep"}));
  wait_output(running, "ready");
  EXPECT_TRUE(shut_down(kForever));
  // Everything was told before the answer.
  ASSERT_TRUE(seen(running).result && seen(waiting).result);
  EXPECT_EQ(seen(running).result->status, Status::cancelled);
  EXPECT_EQ(seen(running).result->exit.code, 9);
  EXPECT_EQ(seen(waiting).order, "F");
  EXPECT_EQ(engine->running_count() + engine->queued_count(), 0U);
}

TEST_F(EngineShutdown, WithAGracePeriodKillsWhoIgnoresIt) {
  start();
  const auto job = submit(puppet({"stubborn-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  EXPECT_TRUE(shut_down(Millis(50)));
  EXPECT_EQ(seen(job).result->status, Status::cancelled);
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
  grandchild.wait_gone();
}

TEST_F(EngineShutdown, ShortensAGracePeriodThatRunsAlready) {
  start();
  const auto job = submit(puppet({"ignore-term"}));
  wait_output(job, "ready");
  cancel(job);
  EXPECT_TRUE(shut_down(Millis(20)));
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
}

TEST_F(EngineShutdown, EndsWhatFinishedExecutionsLeftBehind) {
  start();
  const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & :"));
  const ProcessWatch left(wait_pid(job));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_TRUE(left.lives());
  EXPECT_TRUE(shut_down(kForever));
  EXPECT_FALSE(left.lives());
}

TEST_F(EngineShutdown, KillsWhatWasLeftBehindAndIgnoresTheSignal) {
  start();
  const auto job = submit(shell(
      "setsid sh -c 'trap \"\" TERM; echo $$; exec >&- 2>&-; while :; do sleep 9; done' & :"));
  const ProcessWatch left(wait_pid(job));
  wait_finished(job);
  EXPECT_TRUE(shut_down(Millis(50)));
  EXPECT_FALSE(left.lives());
}

TEST_F(EngineShutdown, TakesNoMoreRequestsAndStillAnswersQuestions) {
  start();
  const auto job = submit(puppet({"exit", "0"}));
  wait_finished(job);
  shut_down(Millis(0));
  EXPECT_EQ(try_submit(puppet({"exit", "0"})).error().code, ErrorCode::engine_closed);
  EXPECT_EQ(engine->status(job.id), Status::completed);
  EXPECT_EQ(engine->list({}).size(), 1U);
  EXPECT_TRUE(engine->record(job.id));
}

TEST_F(EngineShutdown, CatchesWhatWasSubmittedTheMomentBefore) {
  start();
  constexpr int kCount = 30;
  int answers = 0, admitted = 0;
  for (int i = 0; i < kCount; ++i) {
    engine->execute(puppet({"sleep"}), [&](Result<void> answer) {
      sink.change([&] {
        ++answers;
        if (answer) ++admitted;
      });
    });
  }
  EXPECT_TRUE(shut_down(Millis(1000)));
  EXPECT_EQ(answers, kCount);
  EXPECT_EQ(sink.finished_count(), static_cast<std::size_t>(admitted));
}

TEST_F(EngineShutdown, AHeldPipeDoesNotHoldItUp) {
  start();  // the grace of the drain never ends
  const auto job = submit(puppet({"hold-pipe", "10"}));
  const ProcessWatch leader(wait_started(job).pid);
  const ProcessWatch grandchild(wait_pid(job, Stream::err));
  leader.wait_gone();
  EXPECT_TRUE(shut_down(kForever));
  grandchild.wait_gone();
}

TEST_F(EngineShutdown, AbortKillsWithoutGrace) {
  start();
  const auto job = submit(puppet({"stubborn-tree"}));
  const ProcessWatch grandchild(wait_pid(job));
  engine->abort(kHangGuard);
  grandchild.wait_gone();
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
}

TEST_F(EngineShutdown, AbortOvertakesAShutdown) {
  start();
  const auto job = submit(puppet({"ignore-term"}));
  wait_output(job, "ready");
  bool answered = false;
  engine->shut_down(kForever, [&](Result<void>) { sink.change([&] { answered = true; }); });
  engine->abort(kHangGuard);
  wait_until("the answer of the shutdown", [&] { return answered; });
  EXPECT_EQ(seen(job).result->exit.signal, SIGKILL);
}

TEST_F(EngineShutdown, AbortWithWorkInEveryPhase) {
  config.max_concurrent_executions = 8;
  config.max_queued_executions = kUnlimited;
  for (int round = 0; round < 10; ++round) {
    start();
    for (int i = 0; i < 20; ++i) {
      engine->execute(i % 2 == 0 ? puppet({"flood"}) : puppet({"exit", "0"}), [](Result<void>) {});
    }
    end();
  }
}

TEST_F(EngineShutdown, JoinIsIdempotent) {
  start();
  run(puppet({"exit", "0"}));
  shut_down(Millis(0));
  engine->join();
  engine->join();
}

// Against the rules of the engine; still no child may be left.
TEST_F(EngineShutdown, AnEngineLetGoWithWorkInFlightLeavesNoChild) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    start();
    const auto job = submit(puppet({"ignore-term"}));
    wait_output(job, "ready");
    channel.tell(std::to_string(wait_started(job).pid));
    engine.reset();
    channel.tell("gone");
    return 0;
  });
  const ProcessWatch child(std::stoi(host.read_line()));
  EXPECT_EQ(host.read_line(), "gone");
  child.wait_gone();
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(EngineShutdown, AHostThatIsKilledTakesItsChildrenWithIt) {
  HelperProcess host([this](const HelperProcess::Channel& channel) -> int {
    start();
    for (int i = 0; i < 5; ++i) {
      const auto job = submit(puppet({"ignore-term"}));
      channel.tell(std::to_string(wait_started(job).pid));
    }
    for (;;) wait_until("nothing", [] { return false; });
  });
  std::vector<ProcessWatch> children;
  for (int i = 0; i < 5; ++i) children.emplace_back(std::stoi(host.read_line()));
  host.kill();
  for (const auto& child : children) child.wait_gone();
}

// What a host leaves behind that was killed: every kind of descendant is the guard's.
TEST_F(EngineShutdown, AHostThatIsKilledTakesEveryDescendantWithIt) {
  const std::vector<std::string> commands{
      "setsid sh -c 'echo $$; exec sleep 1000' & wait",
      "(setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' &); exec sleep 1000",
      "(env -i sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000",
      // Of an execution that is over.
      "setsid sh -c 'echo $$; exec sleep 1000 >&- 2>&-' & :",
  };
  HelperProcess host([&](const HelperProcess::Channel& channel) -> int {
    start();
    for (const auto& command : commands) {
      channel.tell(std::to_string(wait_pid(submit(shell(command)))));
    }
    for (;;) wait_until("nothing", [] { return false; });
  });
  std::vector<ProcessWatch> descendants;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    descendants.emplace_back(std::stoi(host.read_line()));
  }
  host.kill();
  for (const auto& descendant : descendants) descendant.wait_gone();
}

}  // namespace
}  // namespace escher::test
