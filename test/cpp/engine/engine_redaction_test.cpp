// Secrets do not leave the engine in any result, event, file or message. The shell joins each
// secret from parts, so that neither the command nor the environment contains it.
#include <filesystem>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

const std::string kSecret = "hunter2-and-more";
// Prints the secret as it is, in base64, and in two writes.
const std::string kPrintSecret =
    "a=hunter2; b=-and-more; echo \"1 $a$b.\"; echo 2 $(printf %s \"<$a$b>\" | base64); "
    "printf '3 %s' $a; sleep 0.05; printf '%s.\\n' $b; printf %s \"$a$b\" >&2";

class EngineRedaction : public EngineTest {
 protected:
  static ExecutionRequest printing(std::vector<std::string> secrets) {
    auto request = shell(kPrintSecret);
    request.redact = std::move(secrets);
    return request;
  }

  std::string lines_of(const Job& job) {
    std::string text;
    for (const auto& batch : seen(job).batches) text += batch.text + "\n";
    return text;
  }

  TemporaryDirectory directory;
};

TEST_F(EngineRedaction, CoversResultEventsAndLog) {
  config.log_dir = directory.path();
  start();
  const auto job = submit(printing({kSecret}));
  const auto result = wait_finished(job);
  ASSERT_EQ(result->status, Status::completed);
  const std::string out = kept(job);
  EXPECT_TRUE(out.starts_with("1 ***.\n2 ")) << out;
  EXPECT_TRUE(out.ends_with("\n3 ***.\n")) << out;
  EXPECT_EQ(kept(job, Stream::err), "***");
  // After its header: the command has the secret in two parts.
  const std::string log = content_of(result->log_file);
  for (const auto& text : {out, lines_of(job), log.substr(log.find("stdout"))}) {
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
    EXPECT_EQ(text.find("aHVudGVy"), std::string::npos) << text;
    EXPECT_NE(text.find("***"), std::string::npos) << text;
  }
  // The count is that of the redacted output.
  EXPECT_EQ(result->streams[0].total_bytes, out.size());
}

TEST_F(EngineRedaction, CombinesTheSecretsOfEngineAndRequest) {
  config.redact = {"and-more"};
  start();
  const auto plain = submit(printing({}));
  wait_finished(plain);
  EXPECT_EQ(kept(plain, Stream::err), "hunter2-***");
  const auto both = submit(printing({"unte"}));
  wait_finished(both);
  EXPECT_EQ(kept(both, Stream::err), "h***r2-***");
}

TEST_F(EngineRedaction, CoversOverflowFileAndReplay) {
  config.overflow_dir = directory.path();
  config.max_output_size_bytes = 4;
  config.oversized_output_strategy = OversizedOutputStrategy::stream_to_file;
  start();
  const auto job = submit(printing({kSecret}));
  const auto result = wait_finished(job);
  const std::string spilled = content_of(result->streams[0].overflow_file);
  EXPECT_TRUE(spilled.starts_with("1 ***.\n")) << spilled;
  EXPECT_EQ(spilled.find("hunter2"), std::string::npos) << spilled;
  for (const auto& batch : *replay(job)) EXPECT_EQ(batch.text.find("hunt"), std::string::npos);
}

TEST_F(EngineRedaction, CoversCommandMetadataAndListing) {
  start();
  auto request = shell(": " + kSecret);
  request.redact = {kSecret};
  request.metadata = R"({"source":"with hunter2-and-more"})";
  const auto job = submit(std::move(request));
  const auto result = wait_finished(job);
  EXPECT_EQ(result->command, ": ***");
  EXPECT_EQ(result->metadata, R"({"source":"with ***"})");
  EXPECT_EQ(seen(job).started->command, ": ***");
  const auto listed = engine->list({});
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].command, ": ***");
  EXPECT_EQ(listed[0].metadata, R"({"source":"with ***"})");
}

TEST_F(EngineRedaction, CoversRejectionsAndFailedLaunches) {
  start();
  auto missing = command_request(ExecCommand{"/nowhere/" + kSecret, {}});
  missing.redact = {kSecret};
  const auto rejected = try_submit(std::move(missing));
  ASSERT_TRUE(rejected.has_error());
  EXPECT_NE(rejected.error().message.find("***"), std::string::npos) << rejected.error().message;
  EXPECT_EQ(rejected.error().message.find("hunter2"), std::string::npos)
      << rejected.error().message;

  const std::string no_program = directory / kSecret;
  write_file(no_program,
             "\x7f"
             "ELF, but not a program");
  std::filesystem::permissions(no_program, std::filesystem::perms::owner_all);
  auto broken = command_request(ExecCommand{no_program, {}});
  broken.redact = {kSecret};
  const auto result = run(std::move(broken));
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::spawn_failed);
  EXPECT_EQ(result->error->message.find("hunter2"), std::string::npos) << result->error->message;
  EXPECT_TRUE(result->error->path.ends_with("/***")) << result->error->path;
}

// A message truncates long values, which must not hide a part of a secret from the redactor.
TEST_F(EngineRedaction, RedactsAMessageBeforeItTruncatesAValue) {
  start();
  for (const std::size_t length : {180, 190, 193, 195}) {
    auto missing =
        command_request(ExecCommand{"/nowhere/" + std::string(length, 'x') + kSecret, {}});
    missing.redact = {kSecret};
    const auto rejected = try_submit(std::move(missing));
    ASSERT_TRUE(rejected.has_error());
    EXPECT_EQ(rejected.error().message.find("hun"), std::string::npos) << rejected.error().message;
    auto nowhere_dir = shell("true");
    nowhere_dir.working_dir = "/nowhere/" + std::string(length, 'x') + kSecret;
    nowhere_dir.redact = {kSecret};
    const auto nowhere = try_submit(std::move(nowhere_dir));
    ASSERT_TRUE(nowhere.has_error());
    EXPECT_EQ(nowhere.error().message.find("hun"), std::string::npos) << nowhere.error().message;
  }
}

// Text that can become a secret is held back until the end. It counts towards the limit then.
TEST_F(EngineRedaction, IncompleteSecretIsDeliveredAtTheEnd) {
  config.max_output_size_bytes = 8;
  config.oversized_output_strategy = OversizedOutputStrategy::fail_execution;
  start();
  auto fits = shell("printf hunter2-");
  fits.redact = {kSecret};
  const auto job = submit(std::move(fits));
  EXPECT_EQ(wait_finished(job)->status, Status::completed);
  EXPECT_EQ(kept(job), "hunter2-");
  auto too_much = shell("printf hunter2-a");
  too_much.redact = {kSecret};
  const auto result = run(std::move(too_much));
  ASSERT_TRUE(result->error);
  EXPECT_EQ(result->error->code, ErrorCode::output_size_exceeded);
}

TEST_F(EngineRedaction, RejectsAShortSecretWithoutShowingIt) {
  start();
  auto request = shell("true");
  request.redact = {kSecret, " abc\n"};
  const auto rejected = try_submit(std::move(request));
  ASSERT_TRUE(rejected.has_error());
  EXPECT_EQ(rejected.error().reason, ValidationReason::invalid_redact);
  EXPECT_NE(rejected.error().message.find("redact[1]"), std::string::npos);
  EXPECT_EQ(rejected.error().message.find("abc"), std::string::npos);
  // Four characters are enough. They have two bytes each.
  auto enough = shell("true");
  enough.redact = {"äöüß"};
  EXPECT_EQ(run(std::move(enough))->status, Status::completed);
}

TEST_F(EngineRedaction, RejectsAShortSecretOfTheConfiguration) {
  config.redact = {"abc"};
  const auto rejected = Engine::create(config, sink);
  ASSERT_TRUE(rejected.has_error());
  EXPECT_EQ(rejected.error().code, ErrorCode::invalid_config);
  EXPECT_EQ(rejected.error().message.find("abc"), std::string::npos) << rejected.error().message;
}

}  // namespace
}  // namespace escher::test
