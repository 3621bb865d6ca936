// Launches for which something is missing that comes back: they are tried again, and nothing is
// lost.
#include <fcntl.h>
#include <sys/resource.h>

#include <filesystem>

#include "process/posix/unique_fd.hpp"
#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

// While it lives, this process may have `more` descriptors than it has.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &usual_), 0);
    const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    set(static_cast<rlim_t>(next.get()) + more);
  }
  ~FewDescriptors() { set(usual_.rlim_cur); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  void set(rlim_t soft) const {
    const rlimit limit = {soft, usual_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  rlimit usual_ = {};
};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kCanRunOut = false;
#else
constexpr bool kCanRunOut = true;
#endif
constexpr auto kWhyNot =
    "the sanitizer opens a pipe to look at an object, and takes a failure for a bug";

class EngineExhaustion : public EngineTest {
 protected:
  // A program of our own, which can be held open.
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

TEST_F(EngineExhaustion, AProgramThatIsStillWrittenIsTriedAgain) {
  start();
  const std::string path = program();
  UniqueFd writer = open_for_writing(path);
  const auto job = submit(command_request(ExecCommand{path, {}}));
  // It is launched ahead of the other one, so it has failed once by now.
  EXPECT_EQ(run(shell("true"))->status, Status::completed);
  EXPECT_FALSE(seen(job).result);
  writer.reset();
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineExhaustion, AProgramThatStaysBusyIsAFailureOfItsOwnKind) {
  start();
  const std::string path = program();
  const UniqueFd writer = open_for_writing(path);
  const auto result = run(command_request(ExecCommand{path, {}}));
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->os_error, ETXTBSY);
  EXPECT_EQ(result->error->syscall, "execve");
}

TEST_F(EngineExhaustion, WhoeverWantsTheEndOfItDoesNotWaitForAllTries) {
  start();
  const std::string path = program();
  const UniqueFd writer = open_for_writing(path);
  const auto job = submit(command_request(ExecCommand{path, {}}));
  EXPECT_TRUE(*cancel(job));
  EXPECT_EQ(wait_finished(job)->status, Status::cancelled);
}

TEST_F(EngineExhaustion, WhatIsCancelledBetweenTwoTriesNeverStarts) {
  if (!kCanRunOut) GTEST_SKIP() << kWhyNot;
  start();
  // While others run, there are many tries.
  const auto other = submit(puppet({"sleep"}));
  wait_output(other, "ready");
  std::vector<Job> jobs;
  {
    const FewDescriptors few(2);
    // Each is tried for the first time ahead of the admission of the next.
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

// The descriptors of this very process run out, and come back.
TEST_F(EngineExhaustion, WithoutDescriptorsLaunchesWaitAndNoneIsLost) {
  if (!kCanRunOut) GTEST_SKIP() << kWhyNot;
  start();
  run(shell("true"));  // what is opened once is open
  std::vector<Job> jobs;
  {
    const FewDescriptors few(2);
    for (int i = 0; i < 20; ++i) {
      jobs.push_back(submit(command_request(ExecCommand{"/bin/true", {}})));
    }
    EXPECT_FALSE(seen(jobs.back()).result);
  }
  for (const auto& job : jobs) EXPECT_EQ(wait_finished(job)->status, Status::completed);
}

TEST_F(EngineExhaustion, WithoutDescriptorsForLongTheFailureIsTyped) {
  if (!kCanRunOut) GTEST_SKIP() << kWhyNot;
  start();
  run(shell("true"));
  ResultPtr result;
  {
    const FewDescriptors few(1);
    result = run(command_request(ExecCommand{"/bin/true", {}}));
  }
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->os_error, EMFILE);
  EXPECT_EQ(run(command_request(ExecCommand{"/bin/true", {}}))->status, Status::completed);
}

TEST_F(EngineExhaustion, WithoutDescriptorsThereIsNoEngineAndNoCrash) {
  if (!kCanRunOut) GTEST_SKIP() << kWhyNot;
  const FewDescriptors few(1);
  const auto refused = Engine::create(config, sink);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_EQ(refused.error().os_error, EMFILE);
}

}  // namespace
}  // namespace escher::test
