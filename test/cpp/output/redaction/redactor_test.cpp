#include "output/redaction/redactor.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace escher {
namespace {

using Secrets = std::vector<std::string>;

std::string redacted(const Secrets& secrets, std::string_view text) {
  return Redactor(secrets).redact(text);
}

// A stream that records its output.
class Recorder {
 public:
  explicit Recorder(const Secrets& secrets) : Recorder(Redactor(secrets)) {}
  explicit Recorder(const Redactor& redactor) : stream_(redactor) {}

  std::string feed(std::string_view chunk) {
    return recorded([&](const auto& sink) { stream_.feed(chunk, sink); });
  }
  std::string finish() {
    return recorded([&](const auto& sink) { stream_.finish(sink); });
  }
  std::size_t held() const { return stream_.held(); }

 private:
  template <typename Step>
  std::string recorded(Step step) {
    std::string text;
    step([&](std::string_view bytes) {
      EXPECT_FALSE(bytes.empty());
      text += bytes;
    });
    return text;
  }

  RedactingStream stream_;
};

std::string streamed(const Redactor& redactor, const std::vector<std::string>& chunks) {
  Recorder stream(redactor);
  std::string text;
  for (const std::string& chunk : chunks) text += stream.feed(chunk);
  return text + stream.finish();
}

// Bit i of `cuts`: a chunk ends after byte i.
std::vector<std::string> cut(std::string_view text, std::size_t cuts) {
  std::vector<std::string> chunks(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    chunks.back() += text[i];
    if ((cuts >> i) & 1U) chunks.emplace_back();
  }
  return chunks;
}

void expect_for_every_chunking(const Secrets& secrets, std::string_view text,
                               std::string_view expected) {
  ASSERT_LE(text.size(), 14U) << "too many ways to split it";
  const Redactor redactor(secrets);
  ASSERT_EQ(redactor.redact(text), expected);
  for (std::size_t cuts = 0; cuts < std::size_t{1} << text.size(); ++cuts) {
    ASSERT_EQ(streamed(redactor, cut(text, cuts)), expected) << "cuts " << cuts;
  }
}

TEST(Redactor, ReplacesASecretByTheMask) {
  EXPECT_EQ(redacted({"hunter2"}, "password: hunter2, again hunter2."),
            "password: ***, again ***.");
  EXPECT_EQ(redacted({"hunter2"}, "hunter2"), "***");
}

TEST(Redactor, KeepsOtherText) {
  EXPECT_EQ(redacted({"hunter2"}, "hunter hunter3 Hunter2 hunte"), "hunter hunter3 Hunter2 hunte");
  EXPECT_EQ(redacted({"hunter2"}, ""), "");
  EXPECT_EQ(redacted({"hunter2"}, "hunter"), "hunter");
}

TEST(Redactor, KeepsEverythingWithoutSecrets) {
  EXPECT_EQ(redacted({}, "anything ***"), "anything ***");
  EXPECT_EQ(Recorder(Secrets{}).feed("anything"), "anything");
}

TEST(Redactor, FindsEveryFormOfASecret) {
  const Secrets secrets{"p\"a$s`\\w'o/r d!&<>+\xC3\xA9;\x01*", "first line\nsecond line",
                        "\xFF?>~"};
  const Redactor redactor(secrets);
  for (const std::string& secret : secrets) {
    for (const std::string& form : secret_forms(secret)) {
      ASSERT_EQ(redactor.redact("a" + form + "."), "a***.") << testing::PrintToString(form);
    }
  }
}

TEST(Redactor, FindsBinarySecrets) {
  const std::string secret("\0\xFF\n\x80\x01", 5);
  EXPECT_EQ(redacted({secret}, "a" + secret + secret.substr(1)), "a***" + secret.substr(1));
}

TEST(Redactor, FindsASecretAcrossAnyChunks) {
  expect_for_every_chunking({"hunter2"}, "x hunter2 hunt", "x *** hunt");
  expect_for_every_chunking({"hunter2"}, "huhuntehunter2", "huhunte***");
}

TEST(Redactor, OverlappingSecretsBecomeOneMask) {
  expect_for_every_chunking({"abcd", "cdef"}, "xabcdefx", "x***x");
  expect_for_every_chunking({"abab"}, "xababababx", "x***x");
}

TEST(Redactor, AdjacentSecretsBecomeOneMask) {
  expect_for_every_chunking({"abcd", "wxyz"}, "-abcdwxyzabcd-", "-***-");
  expect_for_every_chunking({"abcd", "wxyz"}, "-abcd-wxyz-", "-***-***-");
}

TEST(Redactor, OneSecretIsAPrefixOfAnother) {
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-abcde", "***");
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-abcdx", "***bcdx");
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-absk-a", "***b***");
}

TEST(Redactor, OneSecretIsInsideAnother) {
  expect_for_every_chunking({"cdef", "abcdefgh"}, "xabcdefghx", "x***x");
  expect_for_every_chunking({"cdef", "abcdefgh"}, "xabcdefgx", "xab***gx");
  expect_for_every_chunking({"cdef", "abcdefgh", "efgx"}, "abcdefgx", "ab***");
}

TEST(Redactor, FindsAMultiLineSecretAsAWholeAndByLine) {
  const Secrets secrets{"first line\nxy\nlast line\n"};
  EXPECT_EQ(redacted(secrets, "a\nfirst line\nxy\nlast line\nb"), "a\n***\nb");
  EXPECT_EQ(redacted(secrets, "a\r\nfirst line\r\nxy\r\nlast line\r\nb"), "a\r\n***\r\nb");
  EXPECT_EQ(redacted(secrets, "1: first line\n2: xy\n3: last line\n"), "1: ***\n2: xy\n3: ***\n");
}

// A "***" must not form a secret with its neighbours.
TEST(Redactor, MasksDoNotFormSecrets) {
  expect_for_every_chunking({"****", "hunter2"}, "*hunter2*", "***");
  expect_for_every_chunking({"****"}, "******", "***");
  expect_for_every_chunking({"****"}, "***", "***");
  expect_for_every_chunking({"a***", "hunter2"}, "ahunter2aa", "a**aa");
  expect_for_every_chunking({"***a", "hunter2"}, "hunter2aaaa", "***");
  expect_for_every_chunking({"a***b", "hunter2"}, "ahunter2bc", "a***c");
  expect_for_every_chunking({"p*ss"}, "p*ss pass *", "*** pass *");
}

TEST(Redactor, ShortSecretsHaveNoForm) { EXPECT_EQ(redacted({"abc", ""}, "abc"), "abc"); }

TEST(RedactingStream, PassesUnrelatedBytesAtOnce) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("Password: "), "Password: ");
  EXPECT_EQ(stream.held(), 0U);
  EXPECT_EQ(stream.feed("x"), "x");
}

TEST(RedactingStream, HoldsBackOnlyThePrefixOfASecret) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("say hunt"), "say ");
  EXPECT_EQ(stream.held(), 4U);
  EXPECT_EQ(stream.feed("h"), "hunt");
  EXPECT_EQ(stream.held(), 1U);
  EXPECT_EQ(stream.feed("u"), "");
  EXPECT_EQ(stream.feed("m"), "hum");
  EXPECT_EQ(stream.held(), 0U);
}

TEST(RedactingStream, OutputsTheMaskWhenASecretIsComplete) {
  Recorder stream({"sk-a", "sk-abcde"});
  EXPECT_EQ(stream.feed("sk-"), "");
  EXPECT_EQ(stream.feed("a"), "***");
  EXPECT_EQ(stream.held(), 0U);
  EXPECT_EQ(stream.feed("bc"), "");
  EXPECT_EQ(stream.held(), 2U);
  EXPECT_EQ(stream.feed("de"), "");
  EXPECT_EQ(stream.held(), 0U);
  EXPECT_EQ(stream.feed("."), ".");
}

TEST(RedactingStream, FinishOutputsHeldBackBytes) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("hunt"), "");
  EXPECT_EQ(stream.finish(), "hunt");
  EXPECT_EQ(stream.held(), 0U);
}

TEST(RedactingStream, CanRedactAnotherStreamAfterFinish) {
  Recorder stream({"hunter2", "***a"});
  EXPECT_EQ(stream.feed("hunter2 hunt"), "*** ");
  EXPECT_EQ(stream.finish(), "hunt");
  EXPECT_EQ(stream.feed("er2"), "er2");
  EXPECT_EQ(stream.feed("hunter2"), "***");
  EXPECT_EQ(stream.finish(), "");
  EXPECT_EQ(stream.feed("hunter2"), "***");
  EXPECT_EQ(stream.finish(), "");
  EXPECT_EQ(stream.feed("ahunter2"), "a***");
}

TEST(RedactingStream, EmptyChunksChangeNothing) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed(""), "");
  EXPECT_EQ(stream.feed("hunt"), "");
  EXPECT_EQ(stream.feed(""), "");
  EXPECT_EQ(stream.held(), 4U);
  EXPECT_EQ(stream.feed("er2"), "***");
  EXPECT_EQ(stream.feed(""), "");
}

TEST(RedactingStream, StreamsOfOneRedactorAreIndependent) {
  const Redactor redactor({"hunter2"});
  Recorder one(redactor);
  Recorder other(redactor);
  EXPECT_EQ(one.feed("hunt"), "");
  EXPECT_EQ(other.feed("er2"), "er2");
  EXPECT_EQ(one.feed("er2"), "***");
}

TEST(RedactingStream, OutlivesItsRedactor) {
  Recorder stream(Redactor({"hunter2"}));
  EXPECT_EQ(stream.feed("hunter2"), "***");
}

TEST(RedactingStream, PassesAChunkWithoutACopy) {
  const Redactor redactor({"hunter2"});
  RedactingStream stream(redactor);
  const std::string chunk = "nothing to be seen here!";
  std::vector<std::string_view> pieces;
  stream.feed(chunk, [&](std::string_view bytes) { pieces.push_back(bytes); });
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].data(), chunk.data());
  EXPECT_EQ(pieces[0].size(), chunk.size());
}

std::string random_word(std::size_t n) {
  std::string text;
  for (int i = 0; i < 24; ++i) text += static_cast<char>('a' + (n = n * 69'069 + 1) / 65'536 % 26);
  return text;
}

TEST(Redactor, HandlesTenThousandSecrets) {
  Secrets secrets;
  for (std::size_t i = 0; i < 10'000; ++i)
    secrets.push_back(random_word(i) + "/" + std::to_string(i));
  const Redactor redactor(secrets);
  for (std::size_t i = 0; i < secrets.size(); i += 7) {
    ASSERT_EQ(redactor.redact("say " + secrets[i] + "!"), "say ***!");
  }
  EXPECT_EQ(redactor.redact("say " + random_word(10'000) + "!"),
            "say " + random_word(10'000) + "!");

  std::size_t form_bytes = 0;
  for (const std::string& secret : secrets) {
    for (const std::string& form : secret_forms(secret)) form_bytes += form.size();
  }
  // A state takes 17 bytes, and forms with a common prefix share states.
  EXPECT_LT(redactor.memory_bytes(), 17 * form_bytes);
}

}  // namespace
}  // namespace escher
