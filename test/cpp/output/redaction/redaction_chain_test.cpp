#include "output/redaction/redaction_chain.hpp"

#include <gtest/gtest.h>

#include <string>

namespace escher {
namespace {

class Chain {
 public:
  explicit Chain(const std::vector<std::string>& secrets, bool has_sequences = false)
      : secrets_(secrets), chain_(redactor(), has_sequences) {}

  Chain& feed(std::string_view text) {
    chain_.feed(text, sink_);
    return *this;
  }
  Chain& add(const std::string& secret) {
    secrets_.push_back(secret);
    chain_.add(*redactor(), Redactor({secret}));
    return *this;
  }
  std::string end() {
    chain_.finish(sink_);
    return std::exchange(out_, {});
  }
  const std::string& out() const { return out_; }

 private:
  std::optional<Redactor> redactor() const {
    if (secrets_.empty()) return std::nullopt;
    return Redactor(secrets_);
  }

  std::vector<std::string> secrets_;
  std::string out_;
  RedactionChain::Sink sink_ = [this](std::string_view piece) { out_ += piece; };
  RedactionChain chain_;
};

TEST(RedactionChain, WithoutSecretsEverythingIsPassedOn) {
  Chain chain({});
  EXPECT_EQ(chain.feed("hunter2").out(), "hunter2");
  EXPECT_EQ(chain.end(), "hunter2");
}

TEST(RedactionChain, AddedSecretIsRedactedFromThenOn) {
  EXPECT_EQ(Chain({}).feed("hunter2 ").add("hunter2").feed("hunter2").end(), "hunter2 ***");
  EXPECT_EQ(Chain({"first"}).feed("hunter2 first ").add("hunter2").feed("hunter2 first").end(),
            "hunter2 *** *** ***");
}

TEST(RedactionChain, HeldBackBeginningStaysASecret) {
  Chain chain({"password"});
  EXPECT_EQ(chain.feed("my passw").out(), "my ");
  EXPECT_EQ(chain.add("hunter2").feed("ord hunter2 password").end(), "my *** *** ***");
}

TEST(RedactionChain, HeldBackTextContainsAnAddedSecret) {
  EXPECT_EQ(Chain({"say-hunter2-twice"}).feed("say-hunter2-").add("hunter2").feed("once").end(),
            "say-***-once");
}

TEST(RedactionChain, ManyAreAddedWhileTextIsHeldBack) {
  Chain chain({"password"});
  for (int i = 0; i < 9; ++i) chain.feed("pass").add("secret-" + std::to_string(i));
  chain.feed("word");
  for (int i = 0; i < 9; ++i) chain.feed(" secret-" + std::to_string(i));
  EXPECT_EQ(chain.end(), "passpasspasspasspasspasspasspass*** *** *** *** *** *** *** *** *** ***");
}

TEST(RedactionChain, SequencesInsideASecretAreIgnored) {
  Chain chain({"password"}, true);
  chain.feed("pass").feed("\x1B[1m").add("hunter2").feed("word hun").feed("\x1B[2m").feed("ter2");
  EXPECT_EQ(chain.end(), "***\x1B[1m ***\x1B[2m");
}

TEST(RedactionChain, IsUsedForAnotherStreamAfterItsEnd) {
  Chain chain({"password"});
  EXPECT_EQ(chain.feed("pass").add("hunter2").end(), "pass");
  EXPECT_EQ(chain.feed("word password hunter2").end(), "word *** ***");
}

}  // namespace
}  // namespace escher
