#include "output/redaction/redactor_cache.hpp"

#include <algorithm>
#include <utility>

namespace escher {
namespace {

constexpr std::size_t kCachedSets = 8;

}  // namespace

RedactorCache::RedactorCache(std::vector<std::string> engine_secrets)
    : engine_secrets_(std::move(engine_secrets)) {
  for_request({});
}

std::optional<Redactor> RedactorCache::for_request(const std::vector<std::string>& secrets) {
  MutexLock lock(mutex_);
  if (engine_secrets_.empty() && secrets.empty()) return std::nullopt;
  const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const Compiled& compiled) {
    return compiled.secrets == secrets;
  });
  if (found != recent_.end()) return found->redactor;
  std::vector<std::string> all = engine_secrets_;
  lock.unlock();
  const std::size_t known = all.size();
  all.insert(all.end(), secrets.begin(), secrets.end());
  Redactor redactor(all);
  const MutexLock again(mutex_);
  // Compiled for the next request as well, unless a secret was added in the meantime.
  if (engine_secrets_.size() != known) return redactor;
  recent_.push_back({secrets, redactor});
  if (recent_.size() > kCachedSets) {
    // Not that of the engine alone, which most requests use.
    recent_.erase(std::find_if(recent_.begin(), recent_.end(),
                               [](const Compiled& old) { return !old.secrets.empty(); }));
  }
  return redactor;
}

void RedactorCache::add(const std::string& secret) {
  const MutexLock lock(mutex_);
  engine_secrets_.push_back(secret);
  recent_.clear();
}

std::size_t RedactorCache::engine_secrets() const {
  const MutexLock lock(mutex_);
  return engine_secrets_.size();
}

}  // namespace escher
