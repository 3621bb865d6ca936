// From a command to the file that is executed and its words, through resolve().

#include <gtest/gtest.h>

#include "fake_files.hpp"

namespace escher {
namespace {

using Reason = ValidationReason;
using Argv = std::vector<std::string>;

class CommandLookupTest : public testing::Test {
 protected:
  ResolvedCommand resolved(Command command) {
    request_.command = std::move(command);
    auto result = resolve(request_, config_, files_);
    if (result.has_value()) return *result;
    ADD_FAILURE() << result.error().message;
    return {};
  }

  void runs(Command command, const std::string& executable, const Argv& argv) {
    const ResolvedCommand found = resolved(std::move(command));
    EXPECT_EQ(found.executable, executable);
    EXPECT_EQ(found.argv, argv);
  }

  void refuses(Command command, Reason reason, const std::string& message) {
    request_.command = std::move(command);
    const auto result = resolve(request_, config_, files_);
    ASSERT_TRUE(result.has_error()) << "expected: " << message;
    EXPECT_EQ(result.error().reason, reason) << to_string(result.error().reason);
    EXPECT_EQ(result.error().message, "Validation error: " + message);
  }

  void child_path(const std::string& path) { request_.env = {{"PATH", path}}; }

  ExecutionRequest request_ = test::request_for({});
  Config config_;
  test::FakeFiles files_;
};

TEST_F(CommandLookupTest, ShellIsBashWhereThereIsOne) {
  files_.executable("/bin/sh").executable("/bin/bash");
  runs(ShellCommand{"echo hi | cat", {}}, "/bin/bash", {"/bin/bash", "-c", "echo hi | cat"});
}

TEST_F(CommandLookupTest, ShellIsShWhereThereIsNoBash) {
  files_.executable("/bin/sh");
  runs(ShellCommand{"true", {}}, "/bin/sh", {"/bin/sh", "-c", "true"});
}

TEST_F(CommandLookupTest, ShellThatIsNowhereIsAnError) {
  refuses(ShellCommand{"true", {}}, Reason::program_not_found,
          "command.shell is not given, and there is neither /bin/bash nor /bin/sh");
}

TEST_F(CommandLookupTest, GivenShellIsLookedUpLikeAProgram) {
  files_.executable("/bin/zsh").executable("/opt/fish");
  runs(ShellCommand{"true", "zsh"}, "/bin/zsh", {"zsh", "-c", "true"});
  runs(ShellCommand{"true", "/opt/fish"}, "/opt/fish", {"/opt/fish", "-c", "true"});
  refuses(ShellCommand{"true", "ksh"}, Reason::program_not_found,
          "command.shell not found: 'ksh' is in no directory of the PATH of the child, '/bin'");
}

TEST_F(CommandLookupTest, ProgramIsTheFirstExecutableInThePath) {
  child_path("/one:/two:/three");
  files_.file("/one/tool").executable("/two/tool").executable("/three/tool");
  runs(ExecCommand{"tool", {"-v", ""}}, "/two/tool", {"tool", "-v", ""});
}

TEST_F(CommandLookupTest, PathIsTheOneThatTheChildWillHave) {
  files_.executable("/bin/tool").executable("/mine/tool");
  runs(ExecCommand{"tool", {}}, "/bin/tool", {"tool"});
  child_path("/mine");
  runs(ExecCommand{"tool", {}}, "/mine/tool", {"tool"});
}

TEST_F(CommandLookupTest, ChildWithoutPathGetsTheDefault) {
  files_.executable("/usr/bin/tool").executable("/bin/tool");
  request_.env = {{"PATH", std::nullopt}};
  runs(ExecCommand{"tool", {}}, "/usr/bin/tool", {"tool"});
  request_.env.clear();
  request_.extend_env = false;
  runs(ExecCommand{"tool", {}}, "/usr/bin/tool", {"tool"});
}

TEST_F(CommandLookupTest, ProgramThatIsNowhereNamesThePath) {
  child_path("/one:/two");
  refuses(ExecCommand{"tool", {}}, Reason::program_not_found,
          "command.program not found: 'tool' is in no directory of the PATH of the child, "
          "'/one:/two'");
}

TEST_F(CommandLookupTest, RelativePathEntriesBeginInTheWorkingDir) {
  files_.directory("/srv").executable("/srv/node_modules/.bin/tool").executable("/srv/here");
  request_.working_dir = "/srv";
  child_path("node_modules/.bin:");
  runs(ExecCommand{"tool", {}}, "node_modules/.bin/tool", {"tool"});
  runs(ExecCommand{"here", {}}, "./here", {"here"});
}

TEST_F(CommandLookupTest, EmptyPathIsTheCurrentDirectory) {
  files_.executable("./here");
  child_path("");
  runs(ExecCommand{"here", {}}, "./here", {"here"});
}

TEST_F(CommandLookupTest, ProgramWithASlashIsTakenAsItIs) {
  files_.directory("/srv").file("/srv/bin/tool").executable("/opt/tool");
  request_.working_dir = "/srv";
  // Whether it may be executed is for execve to say.
  runs(ExecCommand{"bin/tool", {}}, "bin/tool", {"bin/tool"});
  runs(ExecCommand{"/opt/tool", {"a"}}, "/opt/tool", {"/opt/tool", "a"});
  refuses(ExecCommand{"./bin/other", {}}, Reason::program_not_found,
          "command.program does not exist: './bin/other'");
}

TEST_F(CommandLookupTest, ScriptGoesToTheGivenInterpreter) {
  files_.script("/s/run.py", true).executable("/bin/pypy").fifo("/dev/fd/3");
  runs(ScriptCommand{"/s/run.py", "pypy", {"a"}}, "/bin/pypy", {"pypy", "/s/run.py", "a"});
  runs(ScriptCommand{"/dev/fd/3", "pypy", {}}, "/bin/pypy", {"pypy", "/dev/fd/3"});
  refuses(ScriptCommand{"/s/run.py", "python9", {}}, Reason::program_not_found,
          "command.interpreter not found: 'python9' is in no directory of the PATH of the child, "
          "'/bin'");
}

TEST_F(CommandLookupTest, ExecutableScriptWithAShebangRunsItself) {
  files_.script("/s/run.py", true);
  runs(ScriptCommand{"/s/run.py", {}, {"a", "b"}}, "/s/run.py", {"/s/run.py", "a", "b"});
}

TEST_F(CommandLookupTest, OtherScriptsGoByTheirExtension) {
  const std::pair<const char*, const char*> kRules[] = {
      {"x.sh", "bash"},  {"x.py", "python3"},  {"x.js", "node"}, {"x.mjs", "node"},
      {"x.cjs", "node"}, {"x.rb", "ruby"},     {"x.pl", "perl"}, {"x.ps1", "pwsh"},
      {"X.SH", "bash"},  {"a.b.Py", "python3"}};
  for (const auto& [name, interpreter] : kRules) {
    const std::string executable = std::string("/bin/") + interpreter;
    files_.executable(executable).file(name);
    runs(ScriptCommand{name, {}, {"arg"}}, executable, {interpreter, name, "arg"});
  }
  // Neither an executable file without #! nor a #! that cannot be executed changes that.
  files_.executable("tool.sh").script("lib.sh", false);
  runs(ScriptCommand{"tool.sh", {}, {}}, "/bin/bash", {"bash", "tool.sh"});
  runs(ScriptCommand{"lib.sh", {}, {}}, "/bin/bash", {"bash", "lib.sh"});
}

TEST_F(CommandLookupTest, InterpreterOfAnExtensionHasToBeThere) {
  files_.file("x.rb");
  refuses(ScriptCommand{"x.rb", {}, {}}, Reason::program_not_found,
          "command.interpreter not found: 'ruby' is in no directory of the PATH of the child, "
          "'/bin'");
}

TEST_F(CommandLookupTest, TypeScriptRunsWhereNodeCan) {
  files_.file("x.ts").executable("/bin/node");
  refuses(ScriptCommand{"x.ts", {}, {}}, Reason::invalid_command,
          "command.interpreter must be given for 'x.ts': this version of node does not run "
          "TypeScript");
  config_.node_runs_typescript = true;
  runs(ScriptCommand{"x.ts", {}, {}}, "/bin/node", {"node", "x.ts"});
}

TEST_F(CommandLookupTest, ScriptWithoutAnyHintIsRefused) {
  files_.script("run", false).file("dir.sh/run").executable(".sh").file("x.txt");
  files_.file("dir/.py");
  refuses(ScriptCommand{"run", {}, {}}, Reason::script_not_executable,
          "command.path has a #! line, but is not executable: 'run'");
  for (const char* path : {"dir.sh/run", ".sh", "dir/.py", "x.txt"}) {
    refuses(ScriptCommand{path, {}, {}}, Reason::invalid_command,
            "command.interpreter must be given for '" + std::string(path) +
                "': it has no #! line that can be executed, and no known extension");
  }
}

TEST_F(CommandLookupTest, ScriptThatIsNotThereIsRefused) {
  files_.directory("/s");
  refuses(ScriptCommand{"/s/x.sh", {}, {}}, Reason::script_not_found,
          "command.path does not exist: '/s/x.sh'");
  refuses(ScriptCommand{"/s", "bash", {}}, Reason::script_not_found,
          "command.path is a directory: '/s'");
}

TEST_F(CommandLookupTest, RelativeScriptBeginsInTheWorkingDir) {
  files_.directory("/srv").file("/srv/x.sh").script("/srv/run", true).executable("/bin/bash");
  request_.working_dir = "/srv";
  runs(ScriptCommand{"x.sh", {}, {}}, "/bin/bash", {"bash", "x.sh"});
  runs(ScriptCommand{"run", {}, {}}, "run", {"run"});
}

TEST_F(CommandLookupTest, ScriptNameIsNeverAnOption) {
  files_.file("-x.sh").script("-run", true).executable("/bin/bash");
  runs(ScriptCommand{"-x.sh", {}, {"-a"}}, "/bin/bash", {"bash", "./-x.sh", "-a"});
  runs(ScriptCommand{"-x.sh", "bash", {}}, "/bin/bash", {"bash", "./-x.sh"});
  // The kernel hands the path on to the interpreter of the #! line.
  runs(ScriptCommand{"-run", {}, {}}, "./-run", {"./-run"});
}

TEST_F(CommandLookupTest, AwsGetsItsOptionsLast) {
  files_.executable("/bin/aws");
  runs(AwsCliCommand{"s3", "ls", {"s3://b"}, "dev", "eu-west-1"}, "/bin/aws",
       {"aws", "s3", "ls", "s3://b", "--profile", "dev", "--region", "eu-west-1"});
  runs(AwsCliCommand{"sts", "get-caller-identity", {}, {}, {}}, "/bin/aws",
       {"aws", "sts", "get-caller-identity"});
}

TEST_F(CommandLookupTest, AwsThatIsNotInstalledIsNotFound) {
  refuses(AwsCliCommand{"s3", "ls", {}, {}, {}}, Reason::program_not_found,
          "command not found: 'aws' is in no directory of the PATH of the child, '/bin'");
}

}  // namespace
}  // namespace escher
