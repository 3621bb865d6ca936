#include "output/redaction/redactor_cache.hpp"

#include <algorithm>
#include <utility>

namespace escher {
namespace {

constexpr std::size_t kCachedSets = 8;

std::optional<Redactor> compiled(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return std::nullopt;
  return Redactor(secrets);
}

}  // namespace

RedactorCache::RedactorCache(std::vector<std::string> engine_secrets)
    : engine_secrets_(std::move(engine_secrets)), engine_redactor_(compiled(engine_secrets_)) {}

std::optional<Redactor> RedactorCache::for_request(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return engine_redactor_;
  {
    const MutexLock lock(mutex_);
    const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const Compiled& compiled) {
      return compiled.secrets == secrets;
    });
    if (found != recent_.end()) return found->redactor;
  }
  std::vector<std::string> all = engine_secrets_;
  all.insert(all.end(), secrets.begin(), secrets.end());
  Redactor redactor(all);
  const MutexLock lock(mutex_);
  recent_.push_back({secrets, redactor});
  if (recent_.size() > kCachedSets) recent_.pop_front();
  return redactor;
}

}  // namespace escher
