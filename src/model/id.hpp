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

// Accepts only the canonical 8-4-4-4-12 form, in either case, because an id becomes a file name.
std::optional<ExecutionId> parse_id(std::string_view text);
// Lower case, canonical.
std::string format_id(const ExecutionId& id);
// Version 4.
ExecutionId random_id();

struct ExecutionIdHash {
  std::size_t operator()(const ExecutionId& id) const noexcept {
    // The bits of a version 4 UUID are random, so its first word is a good hash.
    std::size_t word;
    std::memcpy(&word, &id, sizeof word);
    return word;
  }
};

// The target of a call: the execution with this id or, with a token, exactly that execution. A
// caller may reuse an id of its own after the record is gone, and a handle of the first execution
// must not reach the second. A view, valid during a call.
struct ExecutionKey {
  // Implicit, because most callers have an id only.
  template <std::convertible_to<std::string_view> Text>
  ExecutionKey(const Text& text, std::optional<std::uint64_t> its_token = std::nullopt)
      : id(text), token(its_token) {}

  std::string_view id;
  std::optional<std::uint64_t> token;
};

}  // namespace escher
