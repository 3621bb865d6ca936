// The dispatcher on an io_context that the test runs itself, so the test controls every step.
#include "engine/dispatcher.hpp"

#include <cerrno>
#include <new>

#include "support/fake_host.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

// Every path is an executable file, until the test sets `missing`.
struct Files final : FileFacts {
  Kind kind(const std::string& path, const HostDirectory*) const override {
    if (without_memory) throw std::bad_alloc();
    return missing ? Kind::missing : path == "/" ? Kind::directory : Kind::file;
  }
  bool is_executable(const std::string&, const HostDirectory*) const override { return !missing; }
  std::optional<std::string> shebang(const std::string&, const HostDirectory*) const override {
    return std::nullopt;
  }
  bool missing = false;
  bool without_memory = false;
};

class DispatcherTest : public ProcessRig {
 protected:
  void SetUp() override {
    host.config_.max_concurrent_executions = 1;
    host.config_.max_queued_executions = 10;
    host.withdrawn = [this](Execution& execution) { dispatcher->withdraw(execution.serial()); };
    dispatcher.emplace(spawner, host.config_, files, registry, host.statistics());
  }

  std::shared_ptr<Execution> submit(std::vector<std::string> arguments, double priority = 0) {
    auto request = puppet(std::move(arguments));
    request.priority = priority;
    return submit(std::move(request));
  }

  std::shared_ptr<Execution> submit(ExecutionRequest request) {
    auto execution = host.make_execution(strand, std::move(request));
    registry.add(execution);
    dispatcher->submit(execution,
                       [this](Result<void> result) { answers.push_back(std::move(result)); });
    return execution;
  }

  // Runs everything that is ready on the spawn thread.
  void run_spawner() {
    spawner.restart();
    while (spawner.poll() > 0) {
    }
  }

  // Runs the spawn thread and the strand until `count` executions have finished.
  void run_until_finished(int count) {
    run_until("the end", [&] {
      run_spawner();
      boost::asio::post(strand, [] {});
      return host.finished == count;
    });
    run_spawner();
  }

  boost::asio::io_context spawner{1};
  FakeHost host;
  Files files;
  Registry registry{{kForever, 100, 1 << 20}};
  std::vector<Result<void>> answers;
  std::optional<Dispatcher> dispatcher;
};

TEST_F(DispatcherTest, AdmitsOnTheSpawnThread) {
  submit({"exit", "0"});
  EXPECT_TRUE(answers.empty());
  run_spawner();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0]);
  run_until_finished(1);
  EXPECT_EQ(host.result->exit.code, 0);
}

TEST_F(DispatcherTest, AnswersAllSubmissionsBeforeTheFirstLaunch) {
  host.config_.max_concurrent_executions = 3;
  dispatcher.emplace(spawner, host.config_, files, registry, host.statistics());
  for (int i = 0; i < 3; ++i) submit({"exit", "0"});
  // The three admissions come before the first launch.
  for (int i = 0; i < 3; ++i) spawner.run_one();
  EXPECT_EQ(answers.size(), 3U);
  EXPECT_EQ(registry.counts().admitted, 3U);
  EXPECT_EQ(own_children().size(), 0U);
  run_until_finished(3);
}

TEST_F(DispatcherTest, RemovesARejectedExecutionFromTheRegistry) {
  auto request = puppet({"exit", "0"});
  request.timeout = Millis(-1);
  const auto execution = submit(std::move(request));
  run_spawner();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error().reason, ValidationReason::invalid_timeout);
  EXPECT_FALSE(registry.find(execution->id()));
}

TEST_F(DispatcherTest, RejectsASubmissionWithoutMemoryAndContinues) {
  files.without_memory = true;
  submit({"exit", "0"});
  run_spawner();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error().os_error, ENOMEM);
  files.without_memory = false;
  submit({"exit", "3"});
  run_until_finished(1);
  EXPECT_EQ(host.result->exit.code, 3);
}

TEST_F(DispatcherTest, RejectsSubmissionsAfterClose) {
  dispatcher->close();
  submit({"exit", "0"});
  run_spawner();
  EXPECT_EQ(answers.at(0).error().code, ErrorCode::engine_closed);
}

TEST_F(DispatcherTest, LaunchesTheHighestPriorityWhenAPermitReturns) {
  submit({"exit", "1"});
  const auto low = submit({"exit", "2"}, 1);
  const auto high = submit({"exit", "3"}, 2);
  run_spawner();
  EXPECT_EQ(registry.counts().waiting, 2U);
  run_until_finished(1);
  EXPECT_EQ(host.result->exit.code, 1);
  run_until_finished(2);
  EXPECT_EQ(host.result->exit.code, 3);
  run_until_finished(3);
  EXPECT_EQ(host.result->exit.code, 2);
}

TEST_F(DispatcherTest, WithdrawnExecutionLeavesTheQueue) {
  submit({"exit", "1"});
  const auto waiting = submit({"exit", "2"});
  const auto next = submit({"exit", "3"});
  run_spawner();
  waiting->cancel([](Result<bool> in_time) { EXPECT_TRUE(*in_time); });
  run_until("the cancel", [&] { return host.finished == 1; });
  EXPECT_EQ(host.result->status, Status::cancelled);
  run_until_finished(3);
  EXPECT_EQ(host.result->exit.code, 3);
}

// The permit can reach an execution after its cancel and before its withdrawal.
TEST_F(DispatcherTest, PermitOfACancelledExecutionIsPassedOn) {
  submit({"exit", "1"});
  const auto waiting = submit({"exit", "2"});
  const auto next = submit({"exit", "3"});
  run_spawner();
  host.withdrawn = nullptr;  // the withdrawal never arrives
  waiting->cancel([](Result<bool>) {});
  run_until_finished(3);
  EXPECT_EQ(host.result->exit.code, 3);
}

TEST_F(DispatcherTest, ProgramRemovedWhileQueuedIsAFailedLaunch) {
  submit({"exit", "1"});
  submit({"exit", "2"});
  const auto last = submit({"exit", "3"});
  run_spawner();
  files.missing = true;
  run_until_finished(3);
  EXPECT_EQ(host.result->status, Status::failed);
  EXPECT_EQ(host.result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(host.result->error->os_error, ENOENT);
  EXPECT_EQ(host.running, 1);
  EXPECT_EQ(host.statistics().spawn_failures, 2U);
}

TEST_F(DispatcherTest, FailedLaunchReturnsItsPermit) {
  auto request = command_request(ExecCommand{"/nowhere/at/all", {}});
  submit(std::move(request));
  submit({"exit", "5"});
  run_until_finished(2);
  EXPECT_EQ(host.result->exit.code, 5);
}

}  // namespace
}  // namespace escher::test
