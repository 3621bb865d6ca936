// Without control groups: descendants that have lost the marker in their environment are ended by
// the mark in their resource limits.
#include <csignal>

#include "support/cgroup_host.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

using Channel = HelperProcess::Channel;

const char* const kServer = "sh -c 'echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1'";

std::string server(const std::string& how) { return how + ' ' + kServer; }

// Each one in its own way: it stays in the session, or leaves it and its parent.
std::vector<ExecutionRequest> servers_left_behind() {
  return {shell(server("env -i") + " & :"), shell("(" + server("env -i setsid") + " &)"),
          shell("(" + server("env -u EXEC_ENGINE_ID setsid") + " &)"),
          // The soft limit, which names the execution.
          shell("(" + server("prlimit --rttime=1000000000: env -i setsid") + " &)"),
          fugitive({"overwriting-daemon", "brief"})};
}

class EngineLimitMark : public EngineTest {
 protected:
  // The first line of a server must arrive before the drain expires.
  EngineLimitMark() { config.drain_grace = kHangGuard; }

  // A host without control groups that runs `body` with a started engine.
  template <typename Body>
  CgroupHost host_with(Body body) {
    return CgroupHost(CgroupHost::Groups::none, [this, body](const Channel& channel) {
      start();
      body(channel);
      engine->abort(kHangGuard);
      engine.reset();
      channel.send("closed");
    });
  }
};

TEST_F(EngineLimitMark, ShutdownEndsServersThatWereLeftBehind) {
  CgroupHost host = host_with([this](const Channel& channel) {
    std::vector<ProcessWatch> servers;
    for (auto& request : servers_left_behind()) {
      const auto job = submit(std::move(request));
      servers.emplace_back(wait_pid(job));
      wait_finished(job);
    }
    for (const auto& server : servers) channel.send(server.lives() ? "left behind" : "gone");
    shut_down(kForever);
    for (const auto& server : servers) channel.send(server.lives() ? "alive" : "gone");
  });
  SKIP_WITHOUT_ROOT(host);
  const auto count = servers_left_behind().size();
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(host.read_line(), "left behind") << i;
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(host.read_line(), "gone") << i;
}

TEST_F(EngineLimitMark, WatchdogEndsServersThatWereLeftBehind) {
  CgroupHost host = host_with([this](const Channel& channel) {
    for (auto& request : servers_left_behind()) {
      const auto job = submit(std::move(request));
      const auto pid = wait_pid(job);
      wait_finished(job);
      channel.send(std::to_string(pid));
    }
    for (;;) wait_until("nothing", [] { return false; });
  });
  SKIP_WITHOUT_ROOT(host);
  std::vector<ProcessWatch> servers;
  for (std::size_t i = 0; i < servers_left_behind().size(); ++i) {
    servers.emplace_back(std::stoi(host.read_line()));
  }
  host.process().kill();
  for (const auto& server : servers) server.wait_gone();
}

TEST_F(EngineLimitMark, CancelEndsDaemonsOfItsExecutionOnly) {
  CgroupHost host = host_with([this](const Channel& channel) {
    const std::string command = "(" + server("env -i setsid") + " &); exec sleep 1000";
    const ProcessWatch unrelated(wait_pid(submit(shell(command))));
    for (const auto& request : {shell(command), fugitive({"overwriting-daemon"})}) {
      const auto job = submit(request);
      const ProcessWatch daemon(wait_pid(job));
      cancel(job);
      const auto termination = *wait_finished(job)->termination;
      daemon.wait_gone();
      channel.send(termination.signals == std::vector<int>{SIGTERM} ? "SIGTERM" : "others");
      channel.send(std::to_string(termination.survivors.size()) + " survivors");
    }
    channel.send(unrelated.lives() ? "unrelated lives" : "unrelated was ended");
  });
  SKIP_WITHOUT_ROOT(host);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(host.read_line(), "SIGTERM");
    EXPECT_EQ(host.read_line(), "0 survivors");
  }
  EXPECT_EQ(host.read_line(), "unrelated lives");
}

TEST_F(EngineLimitMark, ServerOfARequestWithoutMarkerIsLeftAlone) {
  CgroupHost host = host_with([this](const Channel& channel) {
    auto request = shell(server("setsid") + " & :");
    request.env.push_back({"EXEC_ENGINE_ID", std::nullopt});
    const auto job = submit(std::move(request));
    const ProcessWatch server(wait_pid(job));
    wait_finished(job);
    shut_down(Millis(0));
    channel.send(server.lives() ? "alive" : "ended");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "alive");
  // The host ends the server, if it is not killed before.
  EXPECT_EQ(host.read_line(), "closed");
}

}  // namespace
}  // namespace escher::test
