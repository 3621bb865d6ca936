// Requests for the puppet and for shells, each with a token and an id of its own.
#pragma once

#include <string>
#include <vector>

#include "model/request.hpp"

namespace escher::test {

// The environment of the test, as requests carry it.
std::shared_ptr<const Environment> own_environment();

ExecutionRequest command_request(Command command);
ExecutionRequest puppet(std::vector<std::string> arguments);
// A descendant that is hard to find, see fugitive.cpp.
ExecutionRequest fugitive(std::vector<std::string> arguments);
ExecutionRequest shell(std::string command);

}  // namespace escher::test
