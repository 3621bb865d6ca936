#include "output/redaction/redactor_cache.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace escher {
namespace {

using Secrets = std::vector<std::string>;

std::string redacted(RedactorCache& cache, const Secrets& own, std::string_view text) {
  const auto redactor = cache.for_request(own);
  return redactor ? redactor->redact(text) : "there is no redactor";
}

Secrets numbered(std::size_t count) {
  Secrets secrets;
  for (std::size_t i = 0; i < count; ++i) secrets.push_back("secret-" + std::to_string(i) + "-");
  return secrets;
}

TEST(RedactorCache, HasNothingWithoutASecret) {
  RedactorCache cache({});
  EXPECT_FALSE(cache.for_request({}));
  EXPECT_EQ(redacted(cache, {"of-the-request"}, "a of-the-request b"), "a *** b");
  EXPECT_FALSE(cache.for_request({}));
}

TEST(RedactorCache, RedactsTheSecretsOfTheEngineAndThoseOfTheRequest) {
  RedactorCache cache({"of-the-engine"});
  const std::string text = "of-the-engine of-the-request other";
  EXPECT_EQ(redacted(cache, {}, text), "*** of-the-request other");
  EXPECT_EQ(redacted(cache, {"of-the-request"}, text), "*** *** other");
  EXPECT_EQ(redacted(cache, {"other"}, text), "*** of-the-request ***");
}

// A chain of two redactors would not find the second one.
TEST(RedactorCache, RedactsSecretsOfBothThatOverlapOrContainEachOther) {
  RedactorCache cache({"abcdef", "hunter2"});
  EXPECT_EQ(redacted(cache, {"defghi"}, "<abcdefghi>"), "<***>");
  EXPECT_EQ(redacted(cache, {"hunter2-and-more"}, "<hunter2-and-more>"), "<***>");
}

TEST(RedactorCache, RedactsAnAddedSecretForEveryLaterRequest) {
  RedactorCache cache({});
  const auto before = cache.for_request({"own-secret"});
  cache.add("added-one");
  cache.add("added-one");
  EXPECT_EQ(cache.engine_secrets(), 1U);
  EXPECT_EQ(redacted(cache, {}, "added-one own-secret"), "*** own-secret");
  EXPECT_EQ(redacted(cache, {"own-secret"}, "added-one own-secret"), "*** ***");
  EXPECT_EQ(before->redact("added-one own-secret"), "added-one ***");
}

TEST(RedactorCache, RedactsTheSameBeforeAndAfterTheAddedOnesAreMerged) {
  RedactorCache cache({"configured"});
  const Secrets added = numbered(100);
  std::string text = "configured own-secret";
  for (const std::string& secret : added) {
    cache.add(secret);
    text += " " + secret;
  }
  const std::string before = redacted(cache, {"own-secret"}, text);
  cache.merge_added();
  EXPECT_EQ(redacted(cache, {"own-secret"}, text), before);
  EXPECT_EQ(before.find_first_not_of("* "), std::string::npos) << before;
  EXPECT_EQ(cache.engine_secrets(), 101U);
}

TEST(RedactorCache, KeepsWhatIsAddedWhileItMerges) {
  RedactorCache cache(numbered(2000));
  for (int i = 0; i < 64; ++i) cache.add("early-" + std::to_string(i));
  std::thread merging([&] { cache.merge_added(); });
  for (int i = 0; i < 100; ++i) cache.add("late-one-" + std::to_string(i));
  EXPECT_EQ(redacted(cache, {}, "early-63 late-one-99 secret-1999-"), "*** *** ***");
  merging.join();
  cache.merge_added();
  EXPECT_EQ(redacted(cache, {}, "early-63 late-one-99 secret-1999-"), "*** *** ***");
  EXPECT_EQ(cache.engine_secrets(), 2164U);
}

// Compiling the secrets of the engine takes longer than a request may take.
TEST(RedactorCache, CompilesTheSecretsOfTheEngineOnce) {
  RedactorCache cache(numbered(500));
  const auto one = cache.for_request({"own-secret-1"});
  const auto two = cache.for_request({"own-secret-2"});
  EXPECT_TRUE(one->shares_with(*two));
  EXPECT_TRUE(one->shares_with(*cache.for_request({})));
  cache.add("added-secret");
  EXPECT_TRUE(one->shares_with(*cache.for_request({"own-secret-3"})));
}

}  // namespace
}  // namespace escher
