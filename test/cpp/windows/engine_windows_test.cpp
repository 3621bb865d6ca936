// Whole commands on Windows: output, arguments, the job as the tree, ends, limits and refusals.

#include "model/signals.hpp"
#include "policy/c_runtime_arguments.hpp"
#include "windows/windows_rig.hpp"

namespace escher {
namespace {

using test::is_running;

class EngineOnWindows : public test::WindowsEngineTest {};

TEST_F(EngineOnWindows, RunsTheShellOfTheSystem) {
  start();
  const auto result = run(shell("echo hello& exit 3"));
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_EQ(result->exit.code, 3);
  EXPECT_FALSE(result->exit.signal);
  EXPECT_EQ(kept(result), "hello\r\n");
}

TEST_F(EngineOnWindows, ExitCodesHaveThirtyTwoBits) {
  start();
  EXPECT_EQ(run(puppet({"exit", "259"}))->exit.code, 259);  // STILL_ACTIVE
  EXPECT_EQ(run(puppet({"exit", "3221225477"}))->exit.code, 3221225477);
}

TEST_F(EngineOnWindows, LinesAreExactAndInOrder) {
  start();
  const auto token = submit(puppet({"lines", "20000"}));
  const auto result = wait_finished(token);
  EXPECT_EQ(result->exit.code, 0);
  std::string out, err;
  for (int n = 0; n < 20000; n += 2) out += "line " + std::to_string(n) + "\n";
  for (int n = 1; n < 20000; n += 2) err += "line " + std::to_string(n) + "\n";
  EXPECT_EQ(text(token), out);
  EXPECT_EQ(text(token, Stream::err), err);
  EXPECT_EQ(kept(result), out);
}

TEST_F(EngineOnWindows, NoByteIsLostAtTheExit) {
  config.drain_grace = Millis(0);
  start();
  for (const std::size_t bytes : {0, 1, 65'535, 65'536, 65'537, 1'000'000}) {
    const auto result = run(puppet({"bytes", std::to_string(bytes)}));
    EXPECT_EQ(kept(result).size(), bytes);
  }
}

TEST_F(EngineOnWindows, TheEndOfTheOutputIsTheEndOfItsWriters) {
  start();
  EXPECT_FALSE(run(puppet({"bytes", "100000"}))->output_incomplete);
}

TEST_F(EngineOnWindows, HostileArgumentsArriveUnchanged) {
  start();
  const std::vector<std::string> arguments{"",
                                           "two words",
                                           "tab\there",
                                           "\"",
                                           "\\\"",
                                           "a\\\\",
                                           "a b\\\\",
                                           "%PATH%",
                                           "!x!",
                                           "^&|<>",
                                           "(x)",
                                           "'single'",
                                           "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80",
                                           "*.txt",
                                           "a=b;c,d",
                                           "\\\\s\\s\\"};
  std::vector<std::string> all{"argv"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::string expected;
  for (const auto& argument : arguments) expected += "[" + argument + "]\n";
  EXPECT_EQ(kept(run(puppet(all))), expected);
}

TEST_F(EngineOnWindows, StdinIsWrittenAndEnds) {
  start();
  auto with_input = puppet({"cat"});
  with_input.stdin_mode = StdinMode::input;
  with_input.input = std::string(300'000, 'y') + "end";
  EXPECT_EQ(kept(run(std::move(with_input))), std::string(300'000, 'y') + "end");
  EXPECT_EQ(kept(run(puppet({"cat"}))), "");
}

TEST_F(EngineOnWindows, EnvironmentHasNoCase) {
  start();
  auto changed = puppet({"env", "ESCHER_one", "env", "systemroot", "env", "Two"});
  changed.env = {{"escher_ONE", "1"}, {"TWO", "a"}, {"two", "b"}};
  const auto token = submit(std::move(changed));
  wait_finished(token);
  const std::string seen = text(token);
  EXPECT_TRUE(seen.starts_with("1\n")) << seen;
  EXPECT_TRUE(seen.ends_with("\nb\n")) << seen;
  EXPECT_NE(seen.find("indows"), std::string::npos) << seen;
}

TEST_F(EngineOnWindows, TheWorkingDirectoryIsThatOfTheRequest) {
  start();
  test::Folder folder;
  auto here = puppet({"cwd"});
  here.working_dir = folder.path();
  EXPECT_EQ(kept(run(std::move(here))), folder.path() + "\n");
  auto nowhere = puppet({"cwd"});
  nowhere.working_dir = folder / "nope";
  const auto refused = try_submit(std::move(nowhere));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().reason, ValidationReason::working_dir_not_found);
}

TEST_F(EngineOnWindows, AProgramThatIsNoneFailsWithTheStep) {
  start();
  test::Folder folder;
  test::write_file(folder / "broken.exe", "this is no program");
  const auto result = run(request(ExecCommand{folder / "broken.exe", {}}));
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->syscall, "CreateProcess");
  EXPECT_EQ(result->error->path, folder / "broken.exe");
}

// ---- The tree.

TEST_F(EngineOnWindows, ForceEndsDetachedGrandchildren) {
  config.force_kill_after = Millis(0);
  start();
  const auto token = submit(puppet({"tree", "sleep"}));
  const int grandchild = wait_pid(token);
  EXPECT_TRUE(is_running(grandchild));
  ASSERT_EQ(engine->list({}).size(), 1U);
  const std::string execution = format_id(engine->list({}).front().id);
  const auto cancelled = ask<bool>([&](auto handler) { engine->cancel({execution, {}}, handler); });
  EXPECT_TRUE(*cancelled);
  const auto result = wait_finished(token);
  EXPECT_EQ(result->status, Status::cancelled);
  EXPECT_FALSE(result->exit.signal);
  EXPECT_FALSE(is_running(grandchild));
  ASSERT_TRUE(result->termination);
  EXPECT_EQ(result->termination->signals.back(), SIGKILL);
  EXPECT_TRUE(result->termination->survivors.empty());
}

TEST_F(EngineOnWindows, ATimeoutEndsTheTreeAfterItsGracePeriod) {
  config.force_kill_after = Millis(50);
  start();
  auto timed = puppet({"tree", "sleep"});
  timed.timeout = Millis(1500);
  const auto token = submit(std::move(timed));
  const int grandchild = wait_pid(token);
  const auto result = wait_finished(token);
  EXPECT_EQ(result->status, Status::timeout);
  EXPECT_FALSE(is_running(grandchild));
  ASSERT_TRUE(result->termination);
  EXPECT_EQ(result->termination->reason, TerminationReason::timeout);
  EXPECT_EQ(result->termination->signals.back(), SIGKILL);
}

TEST_F(EngineOnWindows, ADescendantOutlivesItsExecutionAndNotTheEngine) {
  start();
  const auto token = submit(puppet({"detached", "sleep"}));
  const int grandchild = wait_pid(token);
  EXPECT_EQ(wait_finished(token)->exit.code, 0);
  EXPECT_TRUE(is_running(grandchild));
  const auto survivors =
      ask<std::vector<int>>([&](auto handler) { engine->shut_down(Millis(0), handler); });
  EXPECT_TRUE(survivors->empty());
  wait_gone(grandchild);
}

TEST_F(EngineOnWindows, AHeldPipeDoesNotKeepTheResult) {
  config.drain_grace = Millis(100);
  start();
  const auto token = submit(puppet({"child", "sleep"}));
  const int holder = wait_pid(token);
  const auto result = wait_finished(token);
  EXPECT_EQ(result->exit.code, 0);
  EXPECT_TRUE(result->output_incomplete);
  EXPECT_TRUE(is_running(holder));
}

// ---- Many.

TEST_F(EngineOnWindows, ThreeHundredExecutionsTwentyAtATime) {
  config.max_concurrent_executions = 20;
  config.max_queued_executions = kUnlimited;
  start();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 300; ++i) tokens.push_back(submit(puppet({"argv", std::to_string(i)})));
  for (int i = 0; i < 300; ++i) {
    const auto result = wait_finished(tokens[static_cast<std::size_t>(i)]);
    EXPECT_EQ(result->exit.code, 0);
    EXPECT_EQ(kept(result), "[" + std::to_string(i) + "]\n");
  }
}

// ---- Limits and refusals.

TEST_F(EngineOnWindows, JobLimitsAreAccepted) {
  start();
  auto limited = puppet({"argv", "x"});
  limited.limits.memory_max = std::uint64_t{256} << 20U;
  limited.limits.pids_max = 5;
  limited.limits.cpu_seconds = 60;
  EXPECT_EQ(kept(run(std::move(limited))), "[x]\n");
}

TEST_F(EngineOnWindows, WhatHasNoMeaningIsRefusedByName) {
  start();
  auto nice = puppet({});
  nice.limits.nice = 5;
  auto uid = puppet({});
  uid.uid = 1000;
  auto terminal = puppet({});
  terminal.pty = TerminalOptions();
  const std::pair<ExecutionRequest, const char*> refused[] = {
      {nice, "limits.nice"}, {uid, "uid"}, {terminal, "pty"}};
  for (const auto& [request, field] : refused) {
    const auto answer = try_submit(request);
    ASSERT_TRUE(answer.has_error()) << field;
    EXPECT_EQ(answer.error().code, ErrorCode::validation);
    EXPECT_NE(answer.error().message.find(field), std::string::npos) << answer.error().message;
  }
}

TEST_F(EngineOnWindows, TheHostGuardsItsCommandsByTheirJobs) {
  start();
  EXPECT_TRUE(engine->stats().guarded);
}

}  // namespace
}  // namespace escher
