#include "policy/command_text.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

TEST(CommandText, ShellCommandIsItsText) {
  EXPECT_EQ(describe(ShellCommand{"echo 'a b' | wc -l", "zsh"}), "echo 'a b' | wc -l");
}

TEST(CommandText, QuotesWordsWhereAShellNeedsQuotes) {
  EXPECT_EQ(describe(ExecCommand{"ls", {"-la", "/tmp", "a=b,c:d@e%f+g_h"}}),
            "ls -la /tmp a=b,c:d@e%f+g_h");
  EXPECT_EQ(describe(ExecCommand{"echo", {"a b", "", "$HOME", "*", "it's", "a\nb"}}),
            "echo 'a b' '' '$HOME' '*' 'it'\\''s' 'a\nb'");
  EXPECT_EQ(describe(ExecCommand{"/opt/my tool", {}}), "'/opt/my tool'");
  EXPECT_EQ(describe(ExecCommand{"echo", {"gr\xC3\xBC\xC3\x9F"}}), "echo gr\xC3\xBC\xC3\x9F");
}

TEST(CommandText, ScriptFollowsItsInterpreter) {
  EXPECT_EQ(describe(ScriptCommand{"run.py", "python3", {"a b"}}), "python3 run.py 'a b'");
  EXPECT_EQ(describe(ScriptCommand{"run.py", {}, {}}), "run.py");
}

TEST(CommandText, AwsOptionsFollowTheArguments) {
  EXPECT_EQ(describe(AwsCliCommand{"s3", "cp", {"a b", "s3://x"}, "dev", "eu-west-1"}),
            "aws s3 cp 'a b' s3://x --profile dev --region eu-west-1");
  EXPECT_EQ(describe(AwsCliCommand{"s3", "ls", {}, {}, {}}), "aws s3 ls");
}

}  // namespace
}  // namespace escher
