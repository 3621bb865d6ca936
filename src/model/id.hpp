// Identity of an execution: a UUID. A value; any thread.
#pragma once

#include <boost/uuid/uuid.hpp>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace escher {

using ExecutionId = boost::uuids::uuid;

// Accepts the canonical 8-4-4-4-12 form only, in either case: an id becomes a file name, so nothing
// looser is let in.
std::optional<ExecutionId> parse_id(std::string_view text);
// Lower case, canonical.
std::string format_id(const ExecutionId& id);
// Version 4.
ExecutionId random_id();

struct ExecutionIdHash {
  std::size_t operator()(const ExecutionId& id) const noexcept {
    // The bits of a version 4 UUID are random already; its first word is a hash.
    std::size_t word;
    std::memcpy(&word, &id, sizeof word);
    return word;
  }
};

}  // namespace escher
