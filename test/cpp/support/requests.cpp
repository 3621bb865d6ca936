#include "support/requests.hpp"

#include <atomic>

#include "support/puppet_path.hpp"

extern char** environ;

namespace escher::test {

std::shared_ptr<const Environment> own_environment() {
  auto environment = std::make_shared<Environment>();
  for (char** entry = environ; *entry != nullptr; ++entry) environment->emplace_back(*entry);
  return environment;
}

ExecutionRequest command_request(Command command) {
  static std::atomic<std::uint64_t> tokens{0};
  static const auto environment = own_environment();
  ExecutionRequest request;
  request.token = ++tokens;
  request.id = format_id(random_id());
  request.command = std::move(command);
  request.inherited_env = environment;
  return request;
}

ExecutionRequest puppet(std::vector<std::string> arguments) {
  return command_request(ExecCommand{kPuppetPath, std::move(arguments)});
}

ExecutionRequest fugitive(std::vector<std::string> arguments) {
  return command_request(ExecCommand{kFugitivePath, std::move(arguments)});
}

ExecutionRequest shell(std::string command) {
  return command_request(ShellCommand{std::move(command), {}});
}

}  // namespace escher::test
