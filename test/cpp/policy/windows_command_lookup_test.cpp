// From a command to the program and the command line of Windows, with a file system in memory.

#include "policy/windows_command_lookup.hpp"

#include <gtest/gtest.h>

#include "policy/fake_files.hpp"

namespace escher::windows {
namespace {

using Reason = ValidationReason;

constexpr const char* kCmd = "C:\\Windows\\System32\\cmd.exe";

class WindowsCommandLookupTest : public testing::Test {
 protected:
  WindowsCommandLookupTest() {
    request_.inherited_env = std::make_shared<Environment>(
        Environment{"Path=C:\\bin;D:\\tools", "PATHEXT=.COM;.EXE;.BAT;.CMD"});
    files_.file(kCmd);
  }

  Result<CommandLine> find(Command command) {
    request_.command = command;
    const ChildEnvironment env(request_, NameCase::insensitive);
    return WindowsCommandLookup(env, request_, config_, files_, redact_).find(command);
  }

  void runs(Command command, const std::string& executable, const std::string& text) {
    const auto line = find(std::move(command));
    ASSERT_TRUE(line.has_value()) << line.error().message;
    EXPECT_EQ(line->executable, executable);
    EXPECT_EQ(line->text, text);
  }

  void refuses(Command command, Reason reason, const std::string& part) {
    const auto line = find(std::move(command));
    ASSERT_TRUE(line.has_error());
    EXPECT_EQ(line.error().reason, reason);
    EXPECT_NE(line.error().message.find(part), std::string::npos) << line.error().message;
  }

  ExecutionRequest request_ = test::request_for({});
  Config config_;
  test::FakeFiles files_;
  RedactValue redact_;
};

TEST_F(WindowsCommandLookupTest, DefaultShellIsCmdOfTheSystem) {
  runs(ShellCommand{"echo hi & dir", {}}, kCmd, R"(cmd.exe /d /s /c "echo hi & dir")");
}

TEST_F(WindowsCommandLookupTest, CmdGetsOneLineOnly) {
  runs(ShellCommand{"dir\r\n", {}}, kCmd, R"(cmd.exe /d /s /c "dir")");
  refuses(ShellCommand{"dir\ndel x", {}}, Reason::invalid_command, "must not contain line breaks");
}

TEST_F(WindowsCommandLookupTest, PowershellGetsItsCommandAsOneArgument) {
  files_.file("C:\\bin\\powershell.EXE");
  runs(ShellCommand{"Write-Output \"a b\"", "powershell"}, "C:\\bin\\powershell.EXE",
       R"(powershell -NoLogo -NoProfile -NonInteractive -Command "Write-Output \"a b\"")");
}

TEST_F(WindowsCommandLookupTest, OtherShellsTakeTheirCommandAfterC) {
  files_.file("D:\\tools\\bash.EXE");
  runs(ShellCommand{"echo $x", "bash"}, "D:\\tools\\bash.EXE", R"(bash -c "echo $x")");
}

TEST_F(WindowsCommandLookupTest, ProgramsAreFoundByTheirExtensions) {
  files_.file("D:\\tools\\git.EXE").file("D:\\tools\\git.CMD");
  runs(ExecCommand{"git", {"log", "a b"}}, "D:\\tools\\git.EXE", R"(git log "a b")");
}

TEST_F(WindowsCommandLookupTest, AnEarlierDirectoryWinsOverAnEarlierExtension) {
  files_.file("C:\\bin\\git.CMD").file("D:\\tools\\git.EXE");
  runs(ExecCommand{"git", {"log"}}, kCmd, R"(cmd.exe /d /e:ON /v:OFF /c ""C:\bin\git.CMD" log")");
}

TEST_F(WindowsCommandLookupTest, BatchFilesGetTheirArgumentsQuotedForCmd) {
  files_.file("C:\\bin\\npm.CMD");
  runs(ExecCommand{"npm", {"run", "a&calc"}}, kCmd,
       R"(cmd.exe /d /e:ON /v:OFF /c ""C:\bin\npm.CMD" run "a&calc"")");
  refuses(ExecCommand{"npm", {"a\nb"}}, Reason::invalid_command, "command.args[0]");
}

TEST_F(WindowsCommandLookupTest, TheWorkingDirectoryIsNotSearched) {
  files_.file("evil.EXE").file(".\\evil.EXE");
  refuses(ExecCommand{"evil", {}}, Reason::program_not_found, "is in no directory");
  runs(ExecCommand{".\\evil", {}}, ".\\evil.EXE", ".\\evil");
}

TEST_F(WindowsCommandLookupTest, RelativeProgramsBeginInTheDirectoryOfTheChild) {
  files_.file("D:\\work\\sub\\tool.EXE");
  request_.working_dir = "D:\\work";
  runs(ExecCommand{"sub\\tool.EXE", {}}, "sub\\tool.EXE", "sub\\tool.EXE");
}

TEST_F(WindowsCommandLookupTest, ScriptsRunByTheirExtension) {
  files_.file("C:\\bin\\python.EXE").file("C:\\bin\\powershell.EXE").file("C:\\s\\a.py");
  files_.file("C:\\s\\b.ps1").file("C:\\s\\c.cmd").file("C:\\s\\d.sh").file("e");
  runs(ScriptCommand{"C:\\s\\a.py", {}, {"x y"}}, "C:\\bin\\python.EXE",
       R"(python C:\s\a.py "x y")");
  EXPECT_TRUE(find(ScriptCommand{"C:\\s\\a.py", {}, {}})->is_python);
  runs(ScriptCommand{"C:\\s\\b.ps1", {}, {}}, "C:\\bin\\powershell.EXE",
       "powershell -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:\\s\\b.ps1");
  runs(ScriptCommand{"C:\\s\\c.cmd", {}, {"1"}}, kCmd,
       R"(cmd.exe /d /e:ON /v:OFF /c ""C:\s\c.cmd" 1")");
  refuses(ScriptCommand{"C:\\s\\d.sh", {}, {}}, Reason::program_not_found, "'bash'");
  refuses(ScriptCommand{"e", {}, {}}, Reason::invalid_command, "no known extension");
  refuses(ScriptCommand{"nope.py", {}, {}}, Reason::script_not_found, "nope.py");
}

TEST_F(WindowsCommandLookupTest, VariablesAreFoundWithoutRegardToCase) {
  request_.env = {{"PATH", "E:\\only"}};
  files_.file("E:\\only\\git.EXE");
  runs(ExecCommand{"git", {}}, "E:\\only\\git.EXE", "git");
  const auto entries = *ChildEnvironment(request_, NameCase::insensitive).entries();
  EXPECT_EQ(entries, (Environment{"PATHEXT=.COM;.EXE;.BAT;.CMD", "PATH=E:\\only"}));
}

}  // namespace
}  // namespace escher::windows
