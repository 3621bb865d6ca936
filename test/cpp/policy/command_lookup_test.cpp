// CommandLookup through resolve(): from a command to the executed file and argv.

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/fake_files.hpp"
#include "policy/resolved_command.hpp"

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

TEST_F(CommandLookupTest, DefaultShellIsBash) {
  files_.executable("/bin/sh").executable("/bin/bash");
  runs(ShellCommand{"echo hi | cat", {}}, "/bin/bash", {"/bin/bash", "-c", "echo hi | cat"});
}

TEST_F(CommandLookupTest, DefaultShellIsShWithoutBash) {
  files_.executable("/bin/sh");
  runs(ShellCommand{"true", {}}, "/bin/sh", {"/bin/sh", "-c", "true"});
}

TEST_F(CommandLookupTest, MissingDefaultShellsAreAnError) {
  refuses(ShellCommand{"true", {}}, Reason::program_not_found,
          "\"command.shell\" is required: neither /bin/bash nor /bin/sh is executable");
}

TEST_F(CommandLookupTest, ShellIsLookedUpLikeAProgram) {
  files_.executable("/bin/zsh").executable("/opt/fish");
  runs(ShellCommand{"true", "zsh"}, "/bin/zsh", {"zsh", "-c", "true"});
  runs(ShellCommand{"true", "/opt/fish"}, "/opt/fish", {"/opt/fish", "-c", "true"});
  refuses(ShellCommand{"true", "ksh"}, Reason::program_not_found,
          "\"command.shell\" was not found: 'ksh' is in no directory of the child\'s PATH, '/bin'");
}

TEST_F(CommandLookupTest, ProgramIsTheFirstExecutableInThePath) {
  child_path("/one:/two:/three");
  files_.file("/one/tool").executable("/two/tool").executable("/three/tool");
  runs(ExecCommand{"tool", {"-v", ""}}, "/two/tool", {"tool", "-v", ""});
}

TEST_F(CommandLookupTest, UsesThePathOfTheChild) {
  files_.executable("/bin/tool").executable("/mine/tool");
  runs(ExecCommand{"tool", {}}, "/bin/tool", {"tool"});
  child_path("/mine");
  runs(ExecCommand{"tool", {}}, "/mine/tool", {"tool"});
}

TEST_F(CommandLookupTest, UsesADefaultPathForAChildWithoutPath) {
  files_.executable("/usr/bin/tool").executable("/bin/tool");
  request_.env = {{"PATH", std::nullopt}};
  runs(ExecCommand{"tool", {}}, "/usr/bin/tool", {"tool"});
  request_.env.clear();
  request_.extend_env = false;
  runs(ExecCommand{"tool", {}}, "/usr/bin/tool", {"tool"});
}

TEST_F(CommandLookupTest, MissingProgramErrorNamesThePath) {
  child_path("/one:/two");
  refuses(ExecCommand{"tool", {}}, Reason::program_not_found,
          "\"command.program\" was not found: 'tool' is in no directory of the child\'s PATH, "
          "'/one:/two'");
}

TEST_F(CommandLookupTest, RelativePathEntriesStartInTheWorkingDir) {
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

TEST_F(CommandLookupTest, ProgramWithASlashIsUsedUnchanged) {
  files_.directory("/srv").file("/srv/bin/tool").executable("/opt/tool");
  request_.working_dir = "/srv";
  // execve checks whether it is executable.
  runs(ExecCommand{"bin/tool", {}}, "bin/tool", {"bin/tool"});
  runs(ExecCommand{"/opt/tool", {"a"}}, "/opt/tool", {"/opt/tool", "a"});
  refuses(ExecCommand{"./bin/other", {}}, Reason::program_not_found,
          "\"command.program\" does not exist: './bin/other' in \"workingDir\" '/srv'");
  request_.working_dir.reset();
  refuses(ExecCommand{"./bin/other", {}}, Reason::program_not_found,
          "\"command.program\" does not exist: './bin/other' in the working directory of the host");
}

TEST_F(CommandLookupTest, CommandLineInThePlaceOfTheProgramIsNamed) {
  const std::string advice =
      "; arguments belong into \"command.args\", and a command line is of the type 'shell'";
  refuses(ExecCommand{"ls -la", {}}, Reason::program_not_found,
          "\"command.program\" was not found: 'ls -la' is in no directory of the child's PATH" +
              advice);
  refuses(ExecCommand{"/bin/ls -la", {}}, Reason::program_not_found,
          "\"command.program\" does not exist: '/bin/ls -la'" + advice);
  files_.executable("/bin/a tool");
  runs(ExecCommand{"a tool", {}}, "/bin/a tool", {"a tool"});
}

TEST_F(CommandLookupTest, ScriptUsesTheInterpreterOfTheRequest) {
  files_.script("/s/run.py", true).executable("/bin/pypy").fifo("/dev/fd/3");
  runs(ScriptCommand{"/s/run.py", "pypy", {"a"}}, "/bin/pypy", {"pypy", "/s/run.py", "a"});
  runs(ScriptCommand{"/dev/fd/3", "pypy", {}}, "/bin/pypy", {"pypy", "/dev/fd/3"});
  refuses(
      ScriptCommand{"/s/run.py", "python9", {}}, Reason::program_not_found,
      "\"command.interpreter\" was not found: 'python9' is in no directory of the child\'s PATH, "
      "'/bin'");
}

TEST_F(CommandLookupTest, ExecutableScriptWithAShebangIsExecutedDirectly) {
  files_.script("/s/run.py", true);
  runs(ScriptCommand{"/s/run.py", {}, {"a", "b"}}, "/s/run.py", {"/s/run.py", "a", "b"});
}

TEST_F(CommandLookupTest, OtherScriptsUseTheInterpreterOfTheirExtension) {
  const std::pair<const char*, const char*> kRules[] = {
      {"x.sh", "bash"},  {"x.py", "python3"},  {"x.js", "node"}, {"x.mjs", "node"},
      {"x.cjs", "node"}, {"x.rb", "ruby"},     {"x.pl", "perl"}, {"x.ps1", "pwsh"},
      {"X.SH", "bash"},  {"a.b.Py", "python3"}};
  for (const auto& [name, interpreter] : kRules) {
    const std::string executable = std::string("/bin/") + interpreter;
    files_.executable(executable).file(name);
    runs(ScriptCommand{name, {}, {"arg"}}, executable,
         {interpreter, std::string("./") + name, "arg"});
  }
  // Even if the file is executable without a #! line, or has one and is not executable.
  files_.executable("tool.sh").script("lib.sh", false);
  runs(ScriptCommand{"tool.sh", {}, {}}, "/bin/bash", {"bash", "./tool.sh"});
  runs(ScriptCommand{"lib.sh", {}, {}}, "/bin/bash", {"bash", "./lib.sh"});
}

TEST_F(CommandLookupTest, InterpreterOfAnExtensionMustExist) {
  files_.file("x.rb");
  refuses(ScriptCommand{"x.rb", {}, {}}, Reason::program_not_found,
          "\"command.interpreter\" was not found: 'ruby' is in no directory of the child\'s PATH, "
          "'/bin'");
}

TEST_F(CommandLookupTest, PythonDoesNotBufferItsOutput) {
  const auto is_unbuffered = [this](Command command) {
    const auto entries = *resolved(std::move(command)).env;
    return std::find(entries.begin(), entries.end(), "PYTHONUNBUFFERED=1") != entries.end();
  };
  files_.file("/s/a.py").executable("/bin/python3").executable("/opt/python3.12");
  files_.executable("/bin/bash").file("/s/a.sh");
  for (const char* line :
       {"/usr/bin/python3", " /usr/bin/env python3 -u", "/usr/bin/env -S python"}) {
    files_.script("/s/tool", true, line);
    EXPECT_TRUE(is_unbuffered(ScriptCommand{"/s/tool", {}, {}})) << line;
  }
  for (const char* line : {"", "/bin/sh python", "/usr/bin/env node", "/opt/python/bin/other"}) {
    files_.script("/s/tool", true, line);
    EXPECT_FALSE(is_unbuffered(ScriptCommand{"/s/tool", {}, {}})) << line;
  }
  EXPECT_TRUE(is_unbuffered(ScriptCommand{"/s/a.py", {}, {}}));
  EXPECT_TRUE(is_unbuffered(ScriptCommand{"/s/a.sh", "/opt/python3.12", {}}));
  EXPECT_FALSE(is_unbuffered(ScriptCommand{"/s/a.sh", {}, {}}));
  request_.env = {{"PYTHONUNBUFFERED", std::nullopt}};
  EXPECT_FALSE(is_unbuffered(ScriptCommand{"/s/a.py", {}, {}}));
}

TEST_F(CommandLookupTest, TypeScriptRunsIfNodeSupportsIt) {
  files_.file("x.ts").executable("/bin/node");
  refuses(ScriptCommand{"x.ts", {}, {}}, Reason::invalid_command,
          "\"command.interpreter\" is required for 'x.ts': this version of Node.js does not run "
          "TypeScript");
  config_.node_runs_typescript = true;
  runs(ScriptCommand{"x.ts", {}, {}}, "/bin/node", {"node", "./x.ts"});
}

TEST_F(CommandLookupTest, ScriptWithoutShebangAndExtensionIsRejected) {
  files_.script("run", false).file("dir.sh/run").executable(".sh").file("x.txt");
  files_.file("dir/.py");
  refuses(ScriptCommand{"run", {}, {}}, Reason::script_not_executable,
          "\"command.path\" has a #! line but is not executable: 'run'");
  for (const char* path : {"dir.sh/run", ".sh", "dir/.py", "x.txt"}) {
    refuses(ScriptCommand{path, {}, {}}, Reason::invalid_command,
            "\"command.interpreter\" is required for '" + std::string(path) +
                "': the file has no #! line and no known extension");
  }
}

TEST_F(CommandLookupTest, MissingScriptIsRejected) {
  files_.directory("/s");
  refuses(ScriptCommand{"/s/x.sh", {}, {}}, Reason::script_not_found,
          "\"command.path\" does not exist: '/s/x.sh'");
  refuses(ScriptCommand{"/s", "bash", {}}, Reason::script_not_found,
          "\"command.path\" must be a file, received the directory '/s'");
  refuses(ScriptCommand{"x.sh", {}, {}}, Reason::script_not_found,
          "\"command.path\" does not exist: 'x.sh' in the working directory of the host");
  request_.working_dir = "/s";
  refuses(ScriptCommand{"x.sh", {}, {}}, Reason::script_not_found,
          "\"command.path\" does not exist: 'x.sh' in \"workingDir\" '/s'");
}

TEST_F(CommandLookupTest, RelativeScriptStartsInTheWorkingDir) {
  files_.directory("/srv").file("/srv/x.sh").script("/srv/run", true).executable("/bin/bash");
  request_.working_dir = "/srv";
  runs(ScriptCommand{"x.sh", {}, {}}, "/bin/bash", {"bash", "./x.sh"});
  runs(ScriptCommand{"run", {}, {}}, "./run", {"./run"});
}

// An option, a command of the interpreter, an assignment, a URL, a name to look up.
TEST_F(CommandLookupTest, ScriptNameIsAlwaysAPathForItsInterpreter) {
  files_.executable("/bin/bash").executable("/bin/deno");
  for (const char* name :
       {"-x.sh", "+e", "+page.sh", "test", "A=b", "http:/x", "-dir/x", "dir/x"}) {
    files_.file(name);
    const std::string operand = std::string("./") + name;
    runs(ScriptCommand{name, "bash", {"-a"}}, "/bin/bash", {"bash", operand, "-a"});
    runs(ScriptCommand{name, "deno", {}}, "/bin/deno", {"deno", operand});
  }
  for (const char* path : {"./x", "../x", "/s/x"}) {
    files_.file(path);
    runs(ScriptCommand{path, "bash", {}}, "/bin/bash", {"bash", path});
  }
  // The kernel passes the path to the interpreter of the #! line.
  for (const char* name : {"-run", "+u"}) {
    files_.script(name, true);
    const std::string operand = std::string("./") + name;
    runs(ScriptCommand{name, {}, {}}, operand, {operand});
  }
}

TEST_F(CommandLookupTest, ShellCommandIsNotParsedAsAnOption) {
  files_.executable("/bin/bash").executable("/bin/zsh");
  runs(ShellCommand{"-x", {}}, "/bin/bash", {"/bin/bash", "-c", " -x"});
  runs(ShellCommand{"+e", "zsh"}, "/bin/zsh", {"zsh", "-c", " +e"});
}

TEST_F(CommandLookupTest, AwsOptionsFollowTheArguments) {
  files_.executable("/bin/aws");
  runs(AwsCliCommand{"s3", "ls", {"s3://b"}, "dev", "eu-west-1"}, "/bin/aws",
       {"aws", "s3", "ls", "s3://b", "--profile", "dev", "--region", "eu-west-1"});
  runs(AwsCliCommand{"sts", "get-caller-identity", {}, {}, {}}, "/bin/aws",
       {"aws", "sts", "get-caller-identity"});
}

TEST_F(CommandLookupTest, MissingAwsCliIsNotFound) {
  refuses(AwsCliCommand{"s3", "ls", {}, {}, {}}, Reason::program_not_found,
          "\"command\" was not found: 'aws' is in no directory of the child\'s PATH, '/bin'");
}

}  // namespace
}  // namespace escher
