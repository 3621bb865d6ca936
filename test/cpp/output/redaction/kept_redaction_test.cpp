#include "output/redaction/kept_redaction.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

const Redactor kRedactor({"hunter2"});

std::string order_of(const OutputTimeline& timeline) {
  std::string order;
  for (const auto& run : timeline.runs()) {
    order += std::string(to_string(run.stream)) + " " + std::to_string(run.bytes) + ", ";
  }
  return order;
}

TEST(KeptRedaction, TimelineFollowsTheShorterText) {
  OutputTimeline timeline;
  timeline.add(Stream::out, 12);
  timeline.add(Stream::err, 4);
  timeline.add(Stream::out, 10);
  const auto kept = redact_kept({"one hunter2\ntwo three\n", "err\n"}, timeline, kRedactor);
  EXPECT_EQ(kept.bytes[0], "one ***\ntwo three\n");
  EXPECT_EQ(kept.bytes[1], "err\n");
  EXPECT_EQ(order_of(kept.timeline), "stdout 8, stderr 4, stdout 10, ");
}

TEST(KeptRedaction, SecretAcrossRunsOfOneStream) {
  OutputTimeline timeline;
  timeline.add(Stream::out, 4);
  timeline.add(Stream::err, 2);
  timeline.add(Stream::out, 4);
  const auto kept = redact_kept({"hunter2\n", "e\n"}, timeline, kRedactor);
  EXPECT_EQ(kept.bytes[0], "***\n");
  EXPECT_EQ(order_of(kept.timeline), "stderr 2, stdout 4, ");
}

TEST(KeptRedaction, TextBeyondTheTimelineIsRedactedToo) {
  const auto kept = redact_kept({"hunter2", "hunter2!"}, {}, kRedactor);
  EXPECT_EQ(kept.bytes[0], "***");
  EXPECT_EQ(kept.bytes[1], "***!");
  EXPECT_EQ(order_of(kept.timeline), "stdout 3, stderr 4, ");
}

TEST(KeptRedaction, CapturedOutputWithoutTheSecretIsNotCopied) {
  CapturedOutput output;
  output.bytes[0] = Bytes("caf\xC3\xA9");
  EXPECT_EQ(redact_captured(output, kRedactor), nullptr);
  output.bytes[1] = Bytes("hunter2 \xC3\xA9");
  output.of_terminal = true;
  const auto redacted = redact_captured(output, kRedactor);
  ASSERT_TRUE(redacted);
  EXPECT_EQ(redacted->bytes[0].view(), "caf\xC3\xA9");
  EXPECT_EQ(redacted->bytes[1].view(), "*** \xC3\xA9");
  EXPECT_FALSE(redacted->ascii[0]);
  EXPECT_TRUE(redacted->of_terminal);
}

}  // namespace
}  // namespace escher
