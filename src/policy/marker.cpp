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

std::string_view Marker::execution_in(std::string_view value) const {
  // Anything would hold an empty one.
  if (token_.size() <= kIdLength) return {};
  const std::size_t at = value.find(token_);
  if (at == std::string_view::npos) return {};
  const std::string_view id = value.substr(at + token_.size(), kIdLength);
  return id.size() == kIdLength ? id : std::string_view();
}

}  // namespace escher
