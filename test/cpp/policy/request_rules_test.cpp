// The rules that are checked before the command lookup, through resolve().

#include <gtest/gtest.h>

#include <cmath>

#include "policy/fake_files.hpp"
#include "policy/resolved_command.hpp"

namespace escher {
namespace {

using Reason = ValidationReason;

const std::string kNul("a\0b", 3);

class RequestRulesTest : public testing::Test {
 protected:
  RequestRulesTest() {
    files_.executable("/bin/true").executable("/bin/aws").executable("/bin/bash");
    files_.directory("/srv").file("/srv/file").file("/srv/x.sh").fifo("/srv/fifo");
  }

  void accepts() {
    const auto resolved = resolve(request_, config_, files_);
    EXPECT_TRUE(resolved.has_value()) << resolved.error().message;
  }

  void refuses(Reason reason, const std::string& message) {
    const auto resolved = resolve(request_, config_, files_);
    ASSERT_TRUE(resolved.has_error()) << "expected: " << message;
    EXPECT_EQ(resolved.error().code, ErrorCode::validation);
    EXPECT_EQ(resolved.error().reason, reason) << to_string(resolved.error().reason);
    EXPECT_EQ(resolved.error().message, "Validation error: " + message);
  }

  void refuses(Command command, Reason reason, const std::string& message) {
    request_.command = std::move(command);
    refuses(reason, message);
  }

  ExecutionRequest request_ = test::request_for(ExecCommand{"true", {}});
  Config config_;
  test::FakeFiles files_;
};

TEST_F(RequestRulesTest, ValidRequestIsAccepted) { accepts(); }

TEST_F(RequestRulesTest, IdIsAUuid) {
  request_.id = "../../etc/passwd";
  refuses(Reason::invalid_id, "\"id\" must be a UUID, received '../../etc/passwd'");
  request_.id = "";
  refuses(Reason::invalid_id, "\"id\" must be a UUID, received ''");
}

TEST_F(RequestRulesTest, LongValueIsTruncatedInTheMessage) {
  request_.id = std::string(199, 'x') + "\xE2\x82\xAC" + std::string(1000, 'y');
  refuses(Reason::invalid_id, "\"id\" must be a UUID, received '" + std::string(199, 'x') + "…'");
}

TEST_F(RequestRulesTest, ValueIsRedactedBeforeItIsTruncated) {
  const auto redact = [](std::string_view value) {
    std::string text(value);
    const std::size_t at = text.find("secret");
    return at == std::string::npos ? text : text.replace(at, 6, "***");
  };
  const std::string value = "/" + std::string(196, 'x') + "secret";
  request_.working_dir = value;
  const auto missing = resolve(request_, config_, files_, redact);
  ASSERT_TRUE(missing.has_error());
  EXPECT_NE(missing.error().message.find("xx***'"), std::string::npos) << missing.error().message;
  request_.working_dir.reset();
  request_.command = ExecCommand{value, {}};
  const auto program = resolve(request_, config_, files_, redact);
  ASSERT_TRUE(program.has_error());
  EXPECT_NE(program.error().message.find("xx***'"), std::string::npos) << program.error().message;
}

TEST_F(RequestRulesTest, ShellCommandIsNotBlank) {
  for (const char* blank : {"", " ", "\t\n\r "}) {
    refuses(ShellCommand{blank, {}}, Reason::empty_command,
            "\"command.command\" must not be empty");
  }
  refuses(ShellCommand{"true", ""}, Reason::invalid_command, "\"command.shell\" must not be empty");
}

TEST_F(RequestRulesTest, ProgramAndScriptAreRequired) {
  refuses(ExecCommand{"", {}}, Reason::empty_command, "\"command.program\" must not be empty");
  refuses(ScriptCommand{"", {}, {}}, Reason::empty_command, "\"command.path\" must not be empty");
  refuses(ScriptCommand{"x.sh", "", {}}, Reason::invalid_command,
          "\"command.interpreter\" must not be empty");
}

TEST_F(RequestRulesTest, AwsServiceAndOperationAreNoOptions) {
  refuses(AwsCliCommand{"--debug", "ls", {}, {}, {}}, Reason::invalid_command,
          "\"command.service\" must not begin with '-'");
  refuses(AwsCliCommand{"s3", "-h", {}, {}, {}}, Reason::invalid_command,
          "\"command.operation\" must not begin with '-'");
}

TEST_F(RequestRulesTest, AwsServiceAndOperationAreRequired) {
  refuses(AwsCliCommand{"", "ls", {}, {}, {}}, Reason::missing_field,
          "\"command.service\" must not be empty");
  refuses(AwsCliCommand{"s3", "", {}, {}, {}}, Reason::missing_field,
          "\"command.operation\" must not be empty");
  refuses(AwsCliCommand{"s3", "ls", {}, "", {}}, Reason::invalid_command,
          "\"command.profile\" must not be empty");
  refuses(AwsCliCommand{"s3", "ls", {}, {}, ""}, Reason::invalid_command,
          "\"command.region\" must not be empty");
}

TEST_F(RequestRulesTest, NoArgumentContainsANulByte) {
  const auto refuses_in = [this](Command command, const std::string& field) {
    refuses(std::move(command), Reason::invalid_command,
            "\"" + field + "\" must not contain NUL bytes");
  };
  refuses_in(ShellCommand{kNul, {}}, "command.command");
  refuses_in(ShellCommand{"true", kNul}, "command.shell");
  refuses_in(ExecCommand{kNul, {}}, "command.program");
  refuses_in(ExecCommand{"true", {"ok", kNul}}, "command.args[1]");
  refuses_in(ScriptCommand{kNul, {}, {}}, "command.path");
  refuses_in(ScriptCommand{"x", kNul, {}}, "command.interpreter");
  refuses_in(ScriptCommand{"x", {}, {kNul}}, "command.args[0]");
  refuses_in(AwsCliCommand{kNul, "b", {}, {}, {}}, "command.service");
  refuses_in(AwsCliCommand{"a", kNul, {}, {}, {}}, "command.operation");
  refuses_in(AwsCliCommand{"a", "b", {kNul}, {}, {}}, "command.args[0]");
  refuses_in(AwsCliCommand{"a", "b", {}, kNul, {}}, "command.profile");
  refuses_in(AwsCliCommand{"a", "b", {}, {}, kNul}, "command.region");
}

TEST_F(RequestRulesTest, WorkingDirIsAnExistingDirectory) {
  request_.working_dir = "/srv";
  accepts();
  request_.working_dir = "";
  refuses(Reason::invalid_working_dir, "\"workingDir\" must not be empty");
  request_.working_dir = kNul;
  refuses(Reason::invalid_working_dir, "\"workingDir\" must not contain NUL bytes");
  request_.working_dir = "/nowhere";
  refuses(Reason::working_dir_not_found, "\"workingDir\" does not exist: '/nowhere'");
  request_.working_dir = "nowhere";
  refuses(Reason::working_dir_not_found,
          "\"workingDir\" does not exist: 'nowhere' in the working directory of the host");
  request_.working_dir = "/srv/file";
  refuses(Reason::invalid_working_dir, "\"workingDir\" must be a directory, received '/srv/file'");
  request_.working_dir = "/srv/fifo";
  refuses(Reason::invalid_working_dir, "\"workingDir\" must be a directory, received '/srv/fifo'");
}

TEST_F(RequestRulesTest, EnvironmentHasValidNamesAndNoNulBytes) {
  request_.env = {{"", "x"}};
  refuses(Reason::invalid_env, "\"env\" must not contain an empty name");
  request_.env = {{"OK", "x"}, {"A=B", "x"}};
  refuses(Reason::invalid_env, "\"env\" must not contain a name with '=', received 'A=B'");
  request_.env = {{kNul, "x"}};
  refuses(Reason::invalid_env, "\"env\" must not contain a name with NUL bytes");
  request_.env = {{"A", std::string("secret\0", 7)}};
  refuses(Reason::invalid_env, "\"env\" must not contain NUL bytes in the value of 'A'");
  // A removed variable needs a valid name too.
  request_.env = {{"A=B", std::nullopt}};
  refuses(Reason::invalid_env, "\"env\" must not contain a name with '=', received 'A=B'");
  request_.env = {{"A", ""}, {"B", "="}, {"C", std::nullopt}};
  accepts();
}

TEST_F(RequestRulesTest, TimeoutIsPositiveAndWithinTheMaximum) {
  request_.timeout = Millis(-5);
  refuses(Reason::invalid_timeout, "\"timeoutMs\" must be greater than 0, received -5");
  request_.timeout = Millis(0);
  refuses(Reason::invalid_timeout, "\"timeoutMs\" must be greater than 0, received 0");
  request_.timeout = Millis(std::nan(""));
  refuses(Reason::invalid_timeout, "\"timeoutMs\" must be greater than 0, received NaN");
  request_.timeout = Millis(7'200'000);
  refuses(Reason::timeout_too_large,
          "\"timeoutMs\" must be at most \"maxTimeoutMs\" (3600000), received 7200000");
  request_.timeout = kForever;
  refuses(Reason::timeout_too_large,
          "\"timeoutMs\" must be at most \"maxTimeoutMs\" (3600000), received Infinity");
  request_.timeout = config_.max_timeout;
  accepts();
  request_.timeout = Millis(0.5);
  accepts();
}

TEST_F(RequestRulesTest, TimeoutCanBeInfiniteIfTheMaximumIs) {
  config_.max_timeout = kForever;
  request_.timeout = kForever;
  accepts();
}

TEST_F(RequestRulesTest, IdleTimeoutIsPositive) {
  request_.idle_timeout = Millis(0);
  refuses(Reason::invalid_timeout, "\"idleTimeoutMs\" must be greater than 0, received 0");
  request_.idle_timeout = Millis(std::nan(""));
  refuses(Reason::invalid_timeout, "\"idleTimeoutMs\" must be greater than 0, received NaN");
  request_.idle_timeout = kForever;
  accepts();
}

TEST_F(RequestRulesTest, LeaseIsFiniteAndNotShort) {
  const auto refuses_lease = [this](Millis lease, const std::string& received) {
    request_.lease = lease;
    refuses(Reason::invalid_timeout,
            "\"leaseMs\" must be a finite number of 100 or greater, received " + received);
  };
  refuses_lease(Millis(99), "99");
  refuses_lease(kForever, "Infinity");
  refuses_lease(Millis(std::nan("")), "NaN");
  request_.lease = Millis(100);
  accepts();
}

TEST_F(RequestRulesTest, ForceKillDelayIsNotNegative) {
  request_.force_kill_after = Millis(-1);
  refuses(Reason::invalid_timeout, "\"forceKillAfterDelayMs\" must be 0 or greater, received -1");
  request_.force_kill_after = Millis(std::nan(""));
  refuses(Reason::invalid_timeout, "\"forceKillAfterDelayMs\" must be 0 or greater, received NaN");
  request_.force_kill_after = Millis(0);
  accepts();
  request_.force_kill_after = kForever;
  accepts();
}

TEST_F(RequestRulesTest, StopIsAListOfStepsWithSignalsAndWaits) {
  const std::string signal = "\"stop[1].signal\" must be a signal from 1 to " +
                             std::to_string(NSIG - 1) +
                             " other than SIGKILL, which follows the last step, received ";
  const auto refuses_steps = [this](StopSteps steps, const std::string& message) {
    request_.stop = std::move(steps);
    refuses(Reason::invalid_stop, message);
  };
  const StopStep first{SIGINT, StopStep::To::leader, Millis(10)};
  refuses_steps({}, "\"stop\" must be a list of 1 to 8 steps, received 0 steps");
  refuses_steps(StopSteps(9, first), "\"stop\" must be a list of 1 to 8 steps, received 9 steps");
  refuses_steps({first, {SIGKILL}}, signal + "9");
  refuses_steps({first, {0}}, signal + "0");
  for (const auto& [wait, text] : {std::pair(Millis(-1), "-1"), std::pair(kForever, "Infinity"),
                                   std::pair(Millis(std::nan("")), "NaN")}) {
    refuses_steps(
        {{SIGTERM, StopStep::To::tree, wait}},
        std::string("\"stop[0].waitMs\" must be a finite number of 0 or greater, received ") +
            text);
  }
  request_.stop = StopSteps(8, first);
  accepts();
}

TEST_F(RequestRulesTest, StopStandsAlone) {
  request_.stop = StopSteps{{SIGINT, StopStep::To::tree, Millis(10)}};
  request_.kill_signal = SIGTERM;
  refuses(Reason::invalid_stop,
          "\"stop\" cannot be used together with \"killSignal\", which is its short form");
  request_.kill_signal.reset();
  request_.force_kill_after = Millis(1);
  refuses(
      Reason::invalid_stop,
      "\"stop\" cannot be used together with \"forceKillAfterDelayMs\", which is its short form");
}

TEST_F(RequestRulesTest, KillSignalAndLogPathAreValid) {
  request_.kill_signal = 0;
  refuses(Reason::invalid_command,
          "\"killSignal\" must be a signal from 1 to " + std::to_string(NSIG - 1) + ", received 0");
  request_.kill_signal = SIGINT;
  accepts();
  request_.output_log_path = "";
  refuses(Reason::invalid_command, "\"outputLogPath\" must not be empty");
  request_.output_log_path = kNul;
  refuses(Reason::invalid_command, "\"outputLogPath\" must not contain NUL bytes");
}

TEST_F(RequestRulesTest, RecordingAndLogAreTwoFiles) {
  request_.output_log_path = "/var/log/a/../run.log";
  for (const char* const same : {"/var/log/run.log", "/var//log/./run.log"}) {
    request_.record_path = same;
    refuses(Reason::invalid_command, "\"recordPath\" must not be the file of \"outputLogPath\"");
  }
  for (const char* const other : {"/var/log/run.cast", "/var/log/a/run.log", "run.log"}) {
    request_.record_path = other;
    accepts();
  }
}

TEST_F(RequestRulesTest, RulesAreCheckedInTheOrderOfTheContract) {
  request_.id = "bad";
  request_.command = ExecCommand{"", {}};
  request_.working_dir = "/nowhere";
  request_.env = {{"", "x"}};
  request_.timeout = Millis(0);
  const auto reason = [this] { return resolve(request_, config_, files_).error().reason; };
  EXPECT_EQ(reason(), Reason::invalid_id);
  request_.id = test::kSomeId;
  EXPECT_EQ(reason(), Reason::empty_command);
  request_.command = ExecCommand{"missing", {}};
  EXPECT_EQ(reason(), Reason::working_dir_not_found);
  request_.working_dir.reset();
  EXPECT_EQ(reason(), Reason::invalid_env);
  request_.env.clear();
  EXPECT_EQ(reason(), Reason::invalid_timeout);
  request_.timeout.reset();
  EXPECT_EQ(reason(), Reason::program_not_found);
}

}  // namespace
}  // namespace escher
