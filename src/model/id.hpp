// Identity of an execution: a UUID. A value; any thread.
#pragma once

#include <boost/uuid/uuid.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
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

// Whom a call is for: whoever bears the id, or the one execution with this token that did when it
// began. An id of one's own may be given again once its record is gone, and who still holds the
// first execution must not reach the second. A view; for the time of a call.
struct ExecutionKey {
  // Not explicit: mostly the id alone is known.
  template <std::convertible_to<std::string_view> Text>
  ExecutionKey(const Text& text, std::optional<std::uint64_t> its_token = std::nullopt)
      : id(text), token(its_token) {}

  std::string_view id;
  std::optional<std::uint64_t> token;
};

}  // namespace escher
