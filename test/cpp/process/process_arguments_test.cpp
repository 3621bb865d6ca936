#include "process/darwin/process_arguments.hpp"

#include <gtest/gtest.h>

#include <string>

namespace escher::posix {
namespace {

using namespace std::string_literals;

std::string block(std::int32_t arguments, const std::string& strings) {
  return std::string(reinterpret_cast<const char*>(&arguments), sizeof arguments) + strings;
}

TEST(ProcessArguments, TheEnvironmentFollowsThePathThePaddingAndTheArguments) {
  const auto given = block(3, "/bin/sh\0\0\0\0sh\0-c\0true\0A=1\0B=two words\0\0apple=x\0"s);
  EXPECT_EQ(environment_in(given), "A=1\0B=two words\0"s);
}

TEST(ProcessArguments, ArgumentsThatLookLikeVariablesAreNoEnvironment) {
  EXPECT_EQ(environment_in(block(2, "/bin/e\0\0e\0A=argument\0A=1\0\0"s)), "A=1\0"s);
}

TEST(ProcessArguments, EmptyArgumentsAfterTheFirstAreCounted) {
  EXPECT_EQ(environment_in(block(3, "/bin/e\0\0e\0\0\0A=1\0\0"s)), "A=1\0"s);
}

TEST(ProcessArguments, WithoutAnEnvironmentThereIsNone) {
  EXPECT_EQ(environment_in(block(1, "/bin/sh\0\0sh\0\0apple=x\0"s)), "");
  EXPECT_EQ(environment_in(block(1, "/bin/sh\0\0sh\0"s)), "");
}

TEST(ProcessArguments, ABlockThatIsCutOffGivesWholeEntriesOnly) {
  EXPECT_EQ(environment_in(block(1, "/bin/sh\0sh\0A=1\0B=cut"s)), "A=1\0"s);
  EXPECT_EQ(environment_in(block(9, "/bin/sh\0sh\0A=1"s)), "");
  EXPECT_EQ(environment_in(block(1, "/bin/sh"s)), "");
  EXPECT_EQ(environment_in("\1\0"s), "");
  EXPECT_EQ(environment_in(""), "");
}

TEST(ProcessArguments, ANegativeNumberOfArgumentsIsNone) {
  EXPECT_EQ(environment_in(block(-1, "/bin/sh\0A=1\0\0"s)), "A=1\0"s);
}

TEST(ProcessArguments, AVariableIsFoundByItsWholeName) {
  const auto environment = "NAMES=0\0NAME=first\0NAME=second\0EMPTY=\0"s;
  EXPECT_EQ(variable_in(environment, "NAME"), "first");
  EXPECT_EQ(variable_in(environment, "EMPTY"), "");
  EXPECT_EQ(variable_in(environment, "AME"), "");
  EXPECT_EQ(variable_in(environment, "NAME=first"), "");
  EXPECT_EQ(variable_in("", "NAME"), "");
}

}  // namespace
}  // namespace escher::posix
