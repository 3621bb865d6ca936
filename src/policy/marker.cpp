#include "policy/marker.hpp"

#include <utility>

namespace escher {
namespace {

constexpr std::size_t kIdLength = 36;

}  // namespace

Marker::Marker(std::string outer)
    : token_(format_id(random_id()) + '/'), prefix_(std::string(kMarkerName) + '=') {
  if (!outer.empty()) prefix_ += std::move(outer) + ':';
  prefix_ += token_;
}

Marker Marker::with_token(std::string token) {
  Marker marker("");
  marker.token_ = std::move(token);
  return marker;
}

std::string Marker::entry_for(const ExecutionId& id) const { return prefix_ + format_id(id); }

limit_mark::Numbers Marker::numbers_for(const ExecutionId& id) const {
  return {limit_mark::number_of(token_), limit_mark::number_of(format_id(id))};
}

std::uint64_t Marker::execution_number_in(limit_mark::Limits limits) const {
  return limit_mark::execution_in(limits, limit_mark::number_of(token_));
}

std::string_view Marker::execution_in(std::string_view value) const {
  // Every value contains an empty token.
  if (token_.size() <= kIdLength) return {};
  const std::size_t at = value.find(token_);
  if (at == std::string_view::npos) return {};
  const std::string_view id = value.substr(at + token_.size(), kIdLength);
  return id.size() == kIdLength ? id : std::string_view();
}

}  // namespace escher
