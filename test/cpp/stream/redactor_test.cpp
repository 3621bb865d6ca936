#include "stream/redactor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "random_bytes.hpp"

namespace escher {
namespace {

using Secrets = std::vector<std::string>;

std::string redacted(const Secrets& secrets, std::string_view text) {
  return Redactor(secrets).redact(text);
}

// A stream that writes down what it passes on.
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

// Bit i of `cuts`: a border behind byte i.
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
  ASSERT_LE(text.size(), 14U) << "too many ways to cut it";
  const Redactor redactor(secrets);
  ASSERT_EQ(redactor.redact(text), expected);
  for (std::size_t cuts = 0; cuts < std::size_t{1} << text.size(); ++cuts) {
    ASSERT_EQ(streamed(redactor, cut(text, cuts)), expected) << "cuts " << cuts;
  }
}

TEST(Redactor, PutsTheMaskInThePlaceOfASecret) {
  EXPECT_EQ(redacted({"hunter2"}, "password: hunter2, again hunter2."),
            "password: ***, again ***.");
  EXPECT_EQ(redacted({"hunter2"}, "hunter2"), "***");
}

TEST(Redactor, LeavesOtherTextAsItIs) {
  EXPECT_EQ(redacted({"hunter2"}, "hunter hunter3 Hunter2 hunte"), "hunter hunter3 Hunter2 hunte");
  EXPECT_EQ(redacted({"hunter2"}, ""), "");
  EXPECT_EQ(redacted({"hunter2"}, "hunter"), "hunter");
}

TEST(Redactor, WithoutSecretsPassesEverythingOn) {
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

TEST(Redactor, FindsASecretHoweverItIsCut) {
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

TEST(Redactor, OneSecretIsTheBeginningOfAnother) {
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-abcde", "***");
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-abcdx", "***bcdx");
  expect_for_every_chunking({"sk-a", "sk-abcde"}, "sk-absk-a", "***b***");
}

TEST(Redactor, OneSecretIsInsideAnother) {
  expect_for_every_chunking({"cdef", "abcdefgh"}, "xabcdefghx", "x***x");
  expect_for_every_chunking({"cdef", "abcdefgh"}, "xabcdefgx", "xab***gx");
  expect_for_every_chunking({"cdef", "abcdefgh", "efgx"}, "abcdefgx", "ab***");
}

TEST(Redactor, MultiLineSecretIsFoundWholeAndByItsLines) {
  const Secrets secrets{"first line\nxy\nlast line\n"};
  EXPECT_EQ(redacted(secrets, "a\nfirst line\nxy\nlast line\nb"), "a\n***\nb");
  EXPECT_EQ(redacted(secrets, "a\r\nfirst line\r\nxy\r\nlast line\r\nb"), "a\r\n***\r\nb");
  EXPECT_EQ(redacted(secrets, "1: first line\n2: xy\n3: last line\n"), "1: ***\n2: xy\n3: ***\n");
}

// A "***" must not become a part of a secret together with what is beside it.
TEST(Redactor, SecretsOfAsterisksDoNotAriseFromMasks) {
  expect_for_every_chunking({"****", "hunter2"}, "*hunter2*", "***");
  expect_for_every_chunking({"****"}, "******", "***");
  expect_for_every_chunking({"****"}, "***", "***");
  expect_for_every_chunking({"a***", "hunter2"}, "ahunter2aa", "a**aa");
  expect_for_every_chunking({"***a", "hunter2"}, "hunter2aaaa", "***");
  expect_for_every_chunking({"a***b", "hunter2"}, "ahunter2bc", "a***c");
  expect_for_every_chunking({"p*ss"}, "p*ss pass *", "*** pass *");
}

TEST(Redactor, ShortSecretsHaveNoForm) { EXPECT_EQ(redacted({"abc", ""}, "abc"), "abc"); }

TEST(RedactingStream, PassesOnAtOnceWhatCannotBelongToASecret) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("Password: "), "Password: ");
  EXPECT_EQ(stream.held(), 0U);
  EXPECT_EQ(stream.feed("x"), "x");
}

TEST(RedactingStream, HoldsTheBeginningOfASecretOnly) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("say hunt"), "say ");
  EXPECT_EQ(stream.held(), 4U);
  EXPECT_EQ(stream.feed("h"), "hunt");
  EXPECT_EQ(stream.held(), 1U);
  EXPECT_EQ(stream.feed("u"), "");
  EXPECT_EQ(stream.feed("m"), "hum");
  EXPECT_EQ(stream.held(), 0U);
}

TEST(RedactingStream, MaskGoesOutAsSoonAsASecretIsComplete) {
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

TEST(RedactingStream, FinishPassesOnWhatWaits) {
  Recorder stream({"hunter2"});
  EXPECT_EQ(stream.feed("hunt"), "");
  EXPECT_EQ(stream.finish(), "hunt");
  EXPECT_EQ(stream.held(), 0U);
}

TEST(RedactingStream, IsReadyForAnotherStreamAfterTheEnd) {
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

TEST(RedactingStream, StreamsOfOneRedactorDoNotMix) {
  const Redactor redactor({"hunter2"});
  Recorder one(redactor);
  Recorder other(redactor);
  EXPECT_EQ(one.feed("hunt"), "");
  EXPECT_EQ(other.feed("er2"), "er2");
  EXPECT_EQ(one.feed("er2"), "***");
}

TEST(RedactingStream, OutlivesTheRedactorItWasMadeFrom) {
  Recorder stream(Redactor({"hunter2"}));
  EXPECT_EQ(stream.feed("hunter2"), "***");
}

TEST(RedactingStream, GivesAChunkOnWithoutCopyingIt) {
  const Redactor redactor({"hunter2"});
  RedactingStream stream(redactor);
  const std::string chunk = "nothing to be seen here!";
  std::vector<std::string_view> pieces;
  stream.feed(chunk, [&](std::string_view bytes) { pieces.push_back(bytes); });
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].data(), chunk.data());
  EXPECT_EQ(pieces[0].size(), chunk.size());
}

std::string word_of_chance(std::size_t n) {
  std::string text;
  for (int i = 0; i < 24; ++i) text += static_cast<char>('a' + (n = n * 69'069 + 1) / 65'536 % 26);
  return text;
}

TEST(Redactor, TakesTenThousandSecrets) {
  Secrets secrets;
  for (std::size_t i = 0; i < 10'000; ++i)
    secrets.push_back(word_of_chance(i) + "/" + std::to_string(i));
  const Redactor redactor(secrets);
  for (std::size_t i = 0; i < secrets.size(); i += 7) {
    ASSERT_EQ(redactor.redact("say " + secrets[i] + "!"), "say ***!");
  }
  EXPECT_EQ(redactor.redact("say " + word_of_chance(10'000) + "!"),
            "say " + word_of_chance(10'000) + "!");

  std::size_t form_bytes = 0;
  for (const std::string& secret : secrets) {
    for (const std::string& form : secret_forms(secret)) form_bytes += form.size();
  }
  // A state is 17 bytes, and forms that begin alike share theirs.
  EXPECT_LT(redactor.memory_bytes(), 17 * form_bytes);
}

// --- what has to hold for any secrets, bytes and chunks; a failing case prints its seed ---

using Forms = std::vector<std::string>;

// The contract by the plainest means.
std::vector<bool> redacted_bytes(const Forms& forms, std::string_view text) {
  std::vector<bool> redacted(text.size());
  for (const std::string& form : forms) {
    for (std::size_t at = 0; (at = text.find(form, at)) != std::string_view::npos; ++at) {
      std::fill_n(redacted.begin() + static_cast<std::ptrdiff_t>(at), form.size(), true);
    }
  }
  return redacted;
}

void append_unless_form(std::string& out, std::string_view bytes, const Forms& forms) {
  for (const char byte : bytes) {
    out += byte;
    if (std::any_of(forms.begin(), forms.end(), [&](auto& form) { return out.ends_with(form); })) {
      out.pop_back();
    }
  }
}

std::string expected_output(const Forms& forms, std::string_view text) {
  const std::vector<bool> redacted = redacted_bytes(forms, text);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!redacted[at]) append_unless_form(out, text.substr(at, 1), forms);
    if (redacted[at] && (at == 0 || !redacted[at - 1])) append_unless_form(out, "***", forms);
  }
  return out;
}

// The longest end of `text` with which a form begins that is not complete.
std::size_t longest_beginning(const Forms& forms, std::string_view text) {
  for (std::size_t length = text.size(); length > 0; --length) {
    const std::string_view end = text.substr(text.size() - length);
    for (const std::string& form : forms) {
      if (form.size() > length && form.starts_with(end)) return length;
    }
  }
  return 0;
}

// Few letters, so that secrets overlap, contain each other and begin alike.
struct Case {
  explicit Case(unsigned seed) : random(seed) {
    static constexpr std::array<std::string_view, 4> kAlphabets{"ab", "ab*", "a*", "a\n'/"};
    alphabet = kAlphabets[random.below(kAlphabets.size())];
    for (std::size_t i = 1 + random.below(4); i > 0; --i) {
      secrets.push_back(letters(4 + random.below(5)));
    }
    for (const std::string& secret : secrets) {
      for (std::string& form : secret_forms(secret)) forms.push_back(std::move(form));
    }
    for (std::size_t i = random.below(12); i > 0; --i) {
      if (random.one_in(2)) text += letters(random.below(8));
      if (random.one_in(2)) text += part_of(forms[random.below(forms.size())]);
    }
    longest_chunk = 1 + random.below(random.one_in(2) ? 4 : 40);
  }

  std::string letters(std::size_t count) {
    std::string out;
    for (; count > 0; --count) out += alphabet[random.below(alphabet.size())];
    return out;
  }
  std::string part_of(const std::string& form) {
    return random.one_in(2) ? form : form.substr(random.below(2), 1 + random.below(form.size()));
  }

  test::RandomBytes random;
  std::string_view alphabet;
  std::vector<std::string> secrets;
  Forms forms;
  std::string text;
  std::size_t longest_chunk;
};

template <typename Check>
void for_many_cases(Check check) {
  for (unsigned seed = 1; seed <= 1500 && !testing::Test::HasFailure(); ++seed) {
    Case example(seed);
    SCOPED_TRACE(testing::Message()
                 << "seed " << seed << ", secrets " << testing::PrintToString(example.secrets)
                 << ", chunks of up to " << example.longest_chunk << ", text "
                 << testing::PrintToString(example.text));
    check(example);
  }
}

TEST(RedactorProperty, OutputIsWhatTheContractSaysWhateverTheChunks) {
  for_many_cases([](Case& example) {
    const Redactor redactor(example.secrets);
    RedactingStream stream(redactor);
    std::string out;
    const auto append = [&out](std::string_view bytes) { out += bytes; };
    for (const auto& chunk : example.random.chunks(example.text, example.longest_chunk)) {
      stream.feed(chunk, append);
    }
    stream.finish(append);
    ASSERT_EQ(out, expected_output(example.forms, example.text));
    ASSERT_EQ(out, redactor.redact(example.text));
  });
}

TEST(RedactorProperty, NoFormIsInTheOutput) {
  for_many_cases([](Case& example) {
    const std::string out = Redactor(example.secrets).redact(example.text);
    for (const std::string& form : example.forms) {
      ASSERT_EQ(out.find(form), std::string::npos) << testing::PrintToString(form) << " in " << out;
    }
  });
}

// What waits is not redacted yet, and all of it, or nothing of it, can still be.
TEST(RedactorProperty, HoldsNoMoreThanItMust) {
  for_many_cases([](Case& example) {
    const Redactor redactor(example.secrets);
    RedactingStream stream(redactor);
    for (std::size_t taken = 1; taken <= example.text.size(); ++taken) {
      stream.feed(example.text.substr(taken - 1, 1), [](std::string_view) {});
      const std::string text = example.text.substr(0, taken);
      const std::vector<bool> redacted = redacted_bytes(example.forms, text);
      // The first that could be redacted later holds up all that is behind it.
      std::size_t wait_from = taken - longest_beginning(example.forms, text);
      while (wait_from < taken && redacted[wait_from]) ++wait_from;
      ASSERT_EQ(stream.held(), taken - wait_from) << "after " << taken << " bytes";
    }
  });
}

}  // namespace
}  // namespace escher
