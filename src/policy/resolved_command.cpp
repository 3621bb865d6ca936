#include "policy/resolved_command.hpp"

#include <utility>

#include "policy/child_environment.hpp"
#include "policy/command_lookup.hpp"
#include "policy/request_rules.hpp"
#include "policy/windows_command_lookup.hpp"

namespace escher {
namespace {

#if defined(_WIN32)
using HostLookup = windows::WindowsCommandLookup;
#else
using HostLookup = CommandLookup;
#endif

}  // namespace

Result<ResolvedCommand> resolve(const ExecutionRequest& request, const Config& config,
                                const FileFacts& files, const RedactValue& redact) {
  if (auto broken = check_request(request, config, files, redact)) return std::move(*broken);
  const ChildEnvironment env(request);
  auto line = HostLookup(env, request, config, files, redact).find(request.command);
  if (line.has_error()) return line.error();
  // Python would keep the lines of a pipe until its buffer is full.
  auto entries = line->is_python ? env.entries_with("PYTHONUNBUFFERED", "1") : env.entries();
  return ResolvedCommand{std::move(line->executable), std::move(line->argv), std::move(entries),
                         std::move(line->text)};
}

}  // namespace escher
