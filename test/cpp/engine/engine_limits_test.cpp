// Limits of a command: as its shell reports them, and as the kernel enforces them.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "support/engine_test.hpp"

namespace escher::test {
namespace {

class EngineLimits : public EngineTest {
 protected:
  std::string output_of(const std::string& command, ProcessLimits limits) {
    auto request = shell(command);
    request.limits = limits;
    const auto job = submit(std::move(request));
    wait_finished(job);
    return kept(job);
  }
};

TEST_F(EngineLimits, ApplyToTheCommand) {
  start();
  ProcessLimits limits;
  limits.cpu_seconds = 7;
  limits.address_space_bytes = std::uint64_t{4} << 30;
  limits.file_size_bytes = 8192;
  limits.open_files = 77;
  limits.core_bytes = 0;
  limits.nice = 5;
  limits.umask = 027;
  EXPECT_EQ(output_of("ulimit -S -t; ulimit -H -t; ulimit -v; ulimit -n; ulimit -H -n; ulimit -c; "
                      "nice; umask",
                      limits),
            "7\n8\n4194304\n77\n77\n0\n5\n0027\n");
  EXPECT_EQ(output_of("ulimit -f", limits), "8\n");
}

TEST_F(EngineLimits, RequestOverridesTheConfiguration) {
  config.limits.open_files = 50;
  config.limits.umask = 077;
  start();
  ProcessLimits own;
  own.open_files = 60;
  EXPECT_EQ(output_of("ulimit -n; umask", own), "60\n0077\n");
  EXPECT_EQ(output_of("ulimit -n; umask", {}), "50\n0077\n");
}

TEST_F(EngineLimits, StricterLimitOfTheHostApplies) {
  start();
  ProcessLimits limits;
  limits.core_bytes = std::uint64_t{1} << 62;
  rlimit host = {};
  getrlimit(RLIMIT_CORE, &host);
  const std::string output = output_of("ulimit -H -c", limits);
  if (host.rlim_max == RLIM_INFINITY) {
    EXPECT_EQ(output, std::to_string((std::uint64_t{1} << 62) / 1024) + "\n");
  } else {
    EXPECT_EQ(output, std::to_string(host.rlim_max / 1024) + "\n");
  }
}

TEST_F(EngineLimits, CpuLimitEndsTheCommand) {
  start();
  auto request = shell("while :; do :; done");
  request.limits.cpu_seconds = 1;
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::failed);
  EXPECT_EQ(result->exit.signal, SIGXCPU);
}

TEST_F(EngineLimits, FileSizeLimitEndsTheCommand) {
  start();
  auto request = shell("exec 3>$(mktemp); rm -f /proc/self/fd/3; head -c 100000 /dev/zero >&3");
  request.limits.file_size_bytes = 4096;
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::failed);
}

// Either the launch or the program fails.
TEST_F(EngineLimits, CommandFailsIfItsAddressSpaceIsTooSmall) {
  start();
  auto request = shell("true");
  request.limits.address_space_bytes = 4096;
  const auto result = run(std::move(request));
  EXPECT_EQ(result->status, Status::failed);
}

// Not every machine has a cgroup v2 with the controller.
TEST_F(EngineLimits, TreeLimitsApplyOrAreRejected) {
  start();
  auto request = shell(
      "mount=$(sed -n 's/^[^ ]* \\([^ ]*\\) cgroup2 .*/\\1/p' /proc/self/mounts | tail -n 1); "
      "cat $mount$(sed -n 's/^0:://p' /proc/self/cgroup)/pids.max");
  request.limits.pids_max = 20;
  const std::string id = request.id;
  const auto admitted = try_submit(std::move(request));
  if (admitted) {
    wait_until("the end", [&] { return engine->status(id) == Status::completed; });
    const auto output = engine->record(id)->output;
    EXPECT_EQ(output->bytes[0].view(), "20\n");
  } else {
    EXPECT_EQ(admitted.error().code, ErrorCode::validation);
    EXPECT_EQ(admitted.error().reason, ValidationReason::unsupported_limit);
    EXPECT_THAT(admitted.error().message, testing::HasSubstr("limits.pidsMax"));
  }
}

}  // namespace
}  // namespace escher::test
