#include "policy/validation.hpp"

#include <utility>

#include "policy/child_environment.hpp"
#include "policy/command_lookup.hpp"
#include "policy/request_rules.hpp"

namespace escher {

Result<ResolvedCommand> resolve(const ExecutionRequest& request, const Config& config,
                                const FileFacts& files) {
  if (auto broken = check_request(request, config, files)) return std::move(*broken);
  const ChildEnvironment env(request);
  auto line = CommandLookup(env, request.working_dir, config, files).find(request.command);
  if (line.has_error()) return line.error();
  return ResolvedCommand{std::move(line->executable), std::move(line->argv), env.entries()};
}

}  // namespace escher
