#include "redactors.hpp"

#include <algorithm>
#include <utility>

namespace escher {
namespace {

constexpr std::size_t kKept = 8;

std::optional<Redactor> compiled(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return std::nullopt;
  return Redactor(secrets);
}

}  // namespace

Redactors::Redactors(std::vector<std::string> own)
    : own_(std::move(own)), own_redactor_(compiled(own_)) {}

std::optional<Redactor> Redactors::for_request(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return own_redactor_;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const Compiled& compiled) {
      return compiled.secrets == secrets;
    });
    if (found != recent_.end()) return found->redactor;
  }
  std::vector<std::string> all = own_;
  all.insert(all.end(), secrets.begin(), secrets.end());
  Redactor redactor(all);
  const std::lock_guard lock(mutex_);
  recent_.push_back({secrets, redactor});
  if (recent_.size() > kKept) recent_.pop_front();
  return redactor;
}

}  // namespace escher
