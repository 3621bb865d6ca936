// Names of programs on Windows, the environment block, and what is refused there.

#include "policy/windows_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/windows_environment.hpp"
#include "policy/windows_refusals.hpp"

namespace escher::windows {
namespace {

using Words = std::vector<std::string>;

TEST(WindowsPaths, AbsolutePathsBeginAtADriveAServerOrTheRoot) {
  for (const char* path : {"C:\\x", "c:/x", "C:x", "\\\\server\\share", "\\x", "/x"}) {
    EXPECT_TRUE(is_absolute(path)) << path;
  }
  for (const char* path : {"x", "x\\y", ".\\x", "..\\x", "", "1:\\x"}) {
    EXPECT_FALSE(is_absolute(path)) << path;
  }
}

TEST(WindowsPaths, PathIsSplitAtSemicolonsOutsideOfQuotes) {
  EXPECT_EQ(path_entries_of(R"(C:\a;;"C:\b;c";C:\d)"), (Words{"C:\\a", "C:\\b;c", "C:\\d"}));
  EXPECT_EQ(path_entries_of(""), Words{});
}

TEST(WindowsPaths, ProgramNamesGetTheExtensionsInTheirOrder) {
  EXPECT_EQ(program_names_of("tool", ".EXE;.BAT"), (Words{"tool.EXE", "tool.BAT"}));
  EXPECT_EQ(program_names_of("tool.exe", ".EXE;.BAT"),
            (Words{"tool.exe", "tool.exe.EXE", "tool.exe.BAT"}));
  EXPECT_EQ(program_names_of("node-1.2", ".EXE"), (Words{"node-1.2.EXE"}));
}

std::string block_of(Words entries, std::string_view added = {}) {
  std::string block = environment_block(entries, added);
  std::replace(block.begin(), block.end(), '\0', '|');
  return block;
}

TEST(WindowsEnvironment, IsSortedWithoutRegardToCase) {
  EXPECT_EQ(block_of({"b=1", "C=2", "A=3", "_=4"}), "A=3|b=1|C=2|_=4||");
  EXPECT_EQ(block_of({"=C:=C:\\x", "a=b=c"}), "=C:=C:\\x|a=b=c||");
}

TEST(WindowsEnvironment, TheLastOfNamesThatDifferInCaseOnlyIsKept) {
  EXPECT_EQ(block_of({"Path=1", "PATH=2"}), "PATH=2||");
  EXPECT_EQ(block_of({"mark=1", "x=2"}, "MARK=3"), "MARK=3|x=2||");
}

TEST(WindowsEnvironment, AnEmptyOneHasTwoEnds) { EXPECT_EQ(block_of({}), "||"); }

using SetLimit = void (*)(ProcessLimits&);

ProcessLimits limited(SetLimit set) {
  ProcessLimits limits;
  set(limits);
  return limits;
}

TEST(WindowsRefusals, NamesTheFieldThatIsNotSupported) {
  const struct {
    SetLimit set;
    const char* message;
  } cases[] = {
      {[](auto& limits) { limits.nice = 3; }, "\"limits.nice\" is not supported on Windows"},
      {[](auto& limits) { limits.umask = 18; }, "\"umask\" is not supported on Windows"},
      {[](auto& limits) { limits.open_files = 20; }, "\"limits.openFiles\" is not"},
      {[](auto& limits) { limits.file_size_bytes = 20; }, "\"limits.fileSizeBytes\" is not"},
      {[](auto& limits) { limits.core_bytes = 0; }, "\"limits.coreBytes\" is not"},
      {[](auto& limits) { limits.processes = 20; }, "\"limits.pidsMax\" limits the processes"},
      {[](auto& limits) { limits.address_space_bytes = 1; }, "\"limits.memoryMax\" limits"},
  };
  for (const auto& [set, message] : cases) {
    const auto error = refuse_unsupported(limited(set), {}, {});
    ASSERT_TRUE(error) << message;
    EXPECT_EQ(error->reason, ValidationReason::unsupported_limit);
    EXPECT_NE(error->message.find(message), std::string::npos) << error->message;
  }
}

TEST(WindowsRefusals, NamesTheUserAndTheGroup) {
  EXPECT_NE(refuse_unsupported({}, 1000, {})->message.find("\"uid\""), std::string::npos);
  EXPECT_NE(refuse_unsupported({}, {}, 1000)->message.find("\"gid\""), std::string::npos);
}

TEST(WindowsRefusals, JobsLimitMemoryProcessesAndCpuTime) {
  const auto supported = limited([](auto& limits) {
    limits.cpu_seconds = 1;
    limits.memory_max = 1;
    limits.pids_max = 1;
  });
  EXPECT_FALSE(refuse_unsupported(supported, {}, {}));
}

}  // namespace
}  // namespace escher::windows
