#include "output/redaction/redactor_cache.hpp"

#include <algorithm>
#include <utility>

namespace escher {
namespace {

constexpr std::size_t kCachedSets = 8;
// Compiled again with each further secret, and by the thread that makes requests.
constexpr std::size_t kMostAdded = 64;

bool contains(const std::vector<std::string>& secrets, const std::string& secret) {
  return std::find(secrets.begin(), secrets.end(), secret) != secrets.end();
}

}  // namespace

RedactorCache::RedactorCache(std::vector<std::string> engine_secrets)
    : merged_(std::move(engine_secrets)) {
  if (!merged_.empty()) for_merged_.emplace(merged_);
}

std::optional<Redactor> RedactorCache::for_request(const std::vector<std::string>& secrets) {
  MutexLock lock(mutex_);
  std::optional<Redactor> engine = for_engine();
  if (secrets.empty()) return engine;
  std::optional<Redactor> own = recent(secrets);
  lock.unlock();
  if (!own) {
    own.emplace(secrets);
    const MutexLock again(mutex_);
    recent_.push_back({secrets, *own});
    if (recent_.size() > kCachedSets) recent_.pop_front();
  }
  return engine ? engine->with(*own) : own;
}

const std::optional<Redactor>& RedactorCache::for_engine() {
  if (for_engine_) return for_engine_;
  for_engine_ = for_merged_;
  if (added_.empty()) return for_engine_;
  const Redactor added(added_);
  for_engine_ = for_merged_ ? for_merged_->with(added) : added;
  return for_engine_;
}

std::optional<Redactor> RedactorCache::recent(const std::vector<std::string>& secrets) const {
  const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const Compiled& compiled) {
    return compiled.secrets == secrets;
  });
  if (found == recent_.end()) return std::nullopt;
  return found->redactor;
}

void RedactorCache::add(const std::string& secret) {
  const MutexLock lock(mutex_);
  if (contains(merged_, secret) || contains(added_, secret)) return;
  added_.push_back(secret);
  for_engine_.reset();
}

void RedactorCache::merge_added() {
  MutexLock lock(mutex_);
  if (is_merging_ || added_.size() < kMostAdded) return;
  is_merging_ = true;
  std::vector<std::string> all = merged_;
  all.insert(all.end(), added_.begin(), added_.end());
  lock.unlock();
  Redactor redactor(all);
  lock.lock();
  // More may have been added in the meantime.
  added_.erase(added_.begin(),
               added_.begin() + static_cast<std::ptrdiff_t>(all.size() - merged_.size()));
  merged_ = std::move(all);
  for_merged_ = std::move(redactor);
  for_engine_.reset();
  is_merging_ = false;
}

std::size_t RedactorCache::engine_secrets() const {
  const MutexLock lock(mutex_);
  return merged_.size() + added_.size();
}

}  // namespace escher
