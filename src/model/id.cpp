#include "model/id.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cctype>

namespace escher {
namespace {

constexpr std::size_t kTextLength = 36;

bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<ExecutionId> parse_id(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  unsigned char bytes[16] = {};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    bytes[digits / 2] = static_cast<unsigned char>(bytes[digits / 2] << 4 | value);
    ++digits;
  }
  ExecutionId id;
  std::memcpy(&id, bytes, sizeof bytes);
  return id;
}

std::string format_id(const ExecutionId& id) { return boost::uuids::to_string(id); }

ExecutionId random_id() {
  thread_local boost::uuids::random_generator generate;
  return generate();
}

}  // namespace escher
