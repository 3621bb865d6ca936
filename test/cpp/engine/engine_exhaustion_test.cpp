// Launches that fail because of transient resource exhaustion are retried, and none is lost.
#include <fcntl.h>

#include <filesystem>

#include "output/file_fixtures.hpp"
#include "process/free_descriptors.hpp"
#include "process/posix/unique_fd.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineExhaustion : public EngineTest {
 protected:
  // A copy of a program, which the test can hold open for writing.
  std::string program() {
    const std::string path = directory / "program";
    std::filesystem::copy_file("/bin/true", path);
    return path;
  }
  static UniqueFd open_for_writing(const std::string& path) {
    return UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  }

  TemporaryDirectory directory;
};

TEST_F(EngineExhaustion, LaunchOfABusyProgramIsRetried) {
  start();
  const std::string path = program();
  UniqueFd writer = open_for_writing(path);
  const auto job = submit(command_request(ExecCommand{path, {}}));
  // Launches are in order, so the first one has failed once when the second one completes.
  EXPECT_EQ(run(shell("true"))->status, Status::completed);
  EXPECT_FALSE(seen(job).result);
  writer.reset();
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineExhaustion, ProgramThatStaysBusyFailsWithEtxtbsy) {
  start();
  const std::string path = program();
  const UniqueFd writer = open_for_writing(path);
  const auto result = run(command_request(ExecCommand{path, {}}));
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->os_error, ETXTBSY);
  EXPECT_EQ(result->error->syscall, "execve");
}

TEST_F(EngineExhaustion, CancelDoesNotWaitForAllRetries) {
  start();
  const std::string path = program();
  const UniqueFd writer = open_for_writing(path);
  const auto job = submit(command_request(ExecCommand{path, {}}));
  EXPECT_TRUE(*cancel(job));
  EXPECT_EQ(wait_finished(job)->status, Status::cancelled);
}

TEST_F(EngineExhaustion, ExecutionCancelledBetweenRetriesNeverStarts) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  start();
  // While other executions run, a launch is retried for longer.
  const auto other = submit(puppet({"sleep"}));
  wait_output(other, "ready");
  std::vector<Job> jobs;
  {
    const FreeDescriptors few(2);
    // The first launch of each one comes before the admission of the next.
    for (int i = 0; i < 20; ++i) {
      jobs.push_back(submit(command_request(ExecCommand{"/bin/true", {}})));
    }
    jobs.pop_back();
    for (const auto& job : jobs) EXPECT_TRUE(*cancel(job));
  }
  for (const auto& job : jobs) {
    EXPECT_EQ(wait_finished(job)->status, Status::cancelled);
    EXPECT_EQ(seen(job).order, "F");
  }
}

// The process of the test has no free descriptors for a while.
TEST_F(EngineExhaustion, LaunchesAreRetriedUntilDescriptorsAreFree) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  start();
  run(shell("true"));  // opens the descriptors that the engine keeps
  std::vector<Job> jobs;
  {
    const FreeDescriptors few(2);
    for (int i = 0; i < 20; ++i) {
      jobs.push_back(submit(command_request(ExecCommand{"/bin/true", {}})));
    }
    EXPECT_FALSE(seen(jobs.back()).result);
  }
  for (const auto& job : jobs) EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineExhaustion, LaunchFailsWithEmfileIfNoDescriptorBecomesFree) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  start();
  run(shell("true"));
  ResultPtr result;
  {
    const FreeDescriptors few(1);
    result = run(command_request(ExecCommand{"/bin/true", {}}));
  }
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->os_error, EMFILE);
  EXPECT_EQ(run(command_request(ExecCommand{"/bin/true", {}}))->status, Status::completed);
}

TEST_F(EngineExhaustion, EngineIsNotCreatedWithoutDescriptors) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  const FreeDescriptors few(1);
  const auto created = Engine::create(config, sink);
  ASSERT_TRUE(created.has_error());
  EXPECT_EQ(created.error().code, ErrorCode::io);
  EXPECT_EQ(created.error().os_error, EMFILE);
}

}  // namespace
}  // namespace escher::test
