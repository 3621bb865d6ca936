#include "policy/output_limit.hpp"

#include <gtest/gtest.h>

namespace escher {
namespace {

TEST(TruncationWarning, IsOneLineThatNamesTheStreamAndTheLimit) {
  EXPECT_EQ(truncation_warning("cut\n", Stream::err, 4),
            "[output truncated: stderr exceeded 4 bytes]\n");
}

TEST(TruncationWarning, StartsOnANewLine) {
  EXPECT_EQ(truncation_warning("cut", Stream::out, 3),
            "\n[output truncated: stdout exceeded 3 bytes]\n");
}

TEST(TruncationWarning, StartsWithoutALineBreakInEmptyOutput) {
  EXPECT_EQ(truncation_warning("", Stream::out, 0),
            "[output truncated: stdout exceeded 0 bytes]\n");
}

}  // namespace
}  // namespace escher
