#include "output/redaction/secret_forms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "output/random_bytes.hpp"

namespace escher {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

// Contains characters that each encoding escapes.
constexpr std::string_view kOdd = "p\"a$s`\\w'o/r d!&<>+\xC3\xA9\n;\x01*";

bool some_form_is_in(const std::vector<std::string>& forms, std::string_view text) {
  return std::any_of(forms.begin(), forms.end(), [&](const std::string& form) {
    return text.find(form) != std::string_view::npos;
  });
}

// Bit by bit, as in RFC 4648.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto bit = [&](std::size_t at) -> std::size_t {
    if (at / 8 >= bytes.size()) return 0;
    return (static_cast<unsigned char>(bytes[at / 8]) >> (7 - at % 8)) & 1U;
  };
  std::string text;
  for (std::size_t at = 0; at < bytes.size() * 8; at += 6) {
    std::size_t digit = 0;
    for (std::size_t i = 0; i < 6; ++i) digit = digit * 2 + bit(at + i);
    text += kDigits[digit];
  }
  while (text.size() % 4 != 0) text += '=';
  return text;
}

TEST(SecretForms, ContainTheSecret) {
  EXPECT_THAT(secret_forms("hunter2"), Contains("hunter2"));
  EXPECT_THAT(secret_forms(kOdd), Contains(std::string(kOdd)));
}

TEST(SecretForms, AreSortedAndUnique) {
  const auto forms = secret_forms(kOdd);
  EXPECT_TRUE(std::is_sorted(forms.begin(), forms.end()));
  EXPECT_EQ(std::adjacent_find(forms.begin(), forms.end()), forms.end());
}

TEST(SecretForms, AreAtLeastFourBytesLong) {
  for (const std::string_view secret :
       {"abcd", "a\nb\nc\nd", "a\r\nb", "\xF0\x9F\x98\x80", "{\n}\n\n\n"}) {
    EXPECT_THAT(secret_forms(secret), Each(SizeIs(testing::Ge(4))));
    EXPECT_THAT(secret_forms(secret), Not(IsEmpty()));
  }
}

TEST(SecretForms, AreEmptyForAShorterSecret) {
  EXPECT_THAT(secret_forms("abc"), IsEmpty());
  EXPECT_THAT(secret_forms(""), IsEmpty());
}

TEST(SecretForms, Base64AtItsThreeOffsets) {
  // Parts of the base64 of the texts in the comments.
  EXPECT_THAT(secret_forms("hunter2"), IsSupersetOf({
                                           "aHVudGVyM",     // hunter2.a
                                           "aHVudGVyMg",    // hunter2, without padding
                                           "aHVudGVyMg==",  // hunter2
                                           "aHVudGVyMgo=",  // hunter2\n
                                           "h1bnRlcj",      // .hunter2.
                                           "h1bnRlcjI=",    // .hunter2
                                           "odW50ZXIy",     // ..hunter2
                                       }));
}

TEST(SecretForms, FindBase64InAnyContext) {
  test::RandomBytes random(11);
  for (int round = 0; round < 500; ++round) {
    const std::string secret = "s" + random.text(4 + random.below(6)) + "t";
    const std::string before = random.text(random.below(4));
    const std::string after = random.text(random.below(4));
    std::string text = base64(before + secret + after);
    const auto forms = secret_forms(secret);
    ASSERT_TRUE(some_form_is_in(forms, text)) << testing::PrintToString(before + secret + after);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    ASSERT_TRUE(some_form_is_in(forms, text)) << testing::PrintToString(before + secret + after);
  }
}

TEST(SecretForms, Base64UrlHasItsOwnDigits) {
  EXPECT_THAT(secret_forms("\xFB\xFF\xBE\xFB\xEF\xBF"), IsSupersetOf({"+/+++++/", "-_-----_"}));
}

TEST(SecretForms, WrappedBase64) {
  const std::string secret(100, 's');
  const std::string whole = base64(secret);
  const auto forms = secret_forms(secret);
  EXPECT_THAT(forms, Contains(whole.substr(0, 64) + "\n" + whole.substr(64, 64) + "\n" +
                              whole.substr(128)));
  EXPECT_THAT(forms, Contains(whole.substr(0, 76) + "\r\n" + whole.substr(76)));
  EXPECT_THAT(forms, Contains(whole.substr(76)));
}

TEST(SecretForms, Uri) {
  EXPECT_THAT(secret_forms(kOdd),
              IsSupersetOf({
                  "p%22a%24s%60%5Cw'o%2Fr%20d!%26%3C%3E%2B%C3%A9%0A%3B%01*",  // encodeURIComponent
                  "p%22a%24s%60%5cw'o%2fr%20d!%26%3c%3e%2b%c3%a9%0a%3b%01*",
                  "p%22a$s%60%5Cw'o/r%20d!&%3C%3E+%C3%A9%0A;%01*",                // encodeURI
                  "p%22a%24s%60%5Cw%27o%2Fr+d%21%26%3C%3E%2B%C3%A9%0A%3B%01*",    // URLSearchParams
                  "p%22a%24s%60%5Cw%27o/r%20d%21%26%3C%3E%2B%C3%A9%0A%3B%01%2A",  // quote
                  "p%22a%24s%60%5Cw%27o%2Fr+d%21%26%3C%3E%2B%C3%A9%0A%3B%01%2A",  // quote_plus
                  "p%22a%24s%60%5Cw%27o%2Fr%20d%21%26%3C%3E%2B%C3%A9%0A%3B%01%2A",
              }));
}

TEST(SecretForms, UriOfUrl) {
  // new URL('http://h/?secret').search, and .href with the secret as its password
  EXPECT_THAT(secret_forms("100% [\"a#b\"] ~'x=y:z/@;|^`{}\\<>?&"),
              IsSupersetOf({
                  "100%%20[%22a%23b%22]%20~%27x=y:z/@;|^`{}\\%3C%3E?&",
                  "100%%20%5B%22a%23b%22%5D%20~'x%3Dy%3Az%2F%40%3B%7C%5E%60%7B%7D%5C%3C%3E%3F&",
              }));
}

TEST(SecretForms, Json) {
  EXPECT_THAT(secret_forms(kOdd),
              IsSupersetOf({
                  "p\\\"a$s`\\\\w'o/r d!&<>+\xC3\xA9\\n;\\u0001*",   // Node
                  "p\\\"a$s`\\\\w'o/r d!&<>+\\u00e9\\n;\\u0001*",    // Python
                  "p\\\"a$s`\\\\w'o\\/r d!&<>+\\u00e9\\n;\\u0001*",  // PHP
                  "p\\\"a$s`\\\\w'o\\/r d!&<>+\xC3\xA9\\n;\\u0001*",
                  "p\\\"a$s`\\\\w'o/r d!&<>+\\u00E9\\n;\\u0001*",                     // Java
                  "p\\\"a$s`\\\\w'o/r d!\\u0026\\u003c\\u003e+\xC3\xA9\\n;\\u0001*",  // Go
                  "p\\\"a$s`\\\\w'o/r d!&<>+\xC3\xA9\\u000a;\\u0001*",
                  "p\\\"a$s`\\\\w'o/r d!&<>+\xC3\xA9\\u000A;\\u0001*",
                  "p\\u0022a$s\\u0060\\\\w\\u0027o/r d!\\u0026\\u003C\\u003E\\u002B\\u00E9\\n;"
                  "\\u0001*",                                                   // .NET
                  "p\\\\\\\"a$s`\\\\\\\\w'o/r d!&<>+\xC3\xA9\\\\n;\\\\u0001*",  // in JSON
              }));
}

TEST(SecretForms, JsonEscapesSurrogatePairs) {
  EXPECT_THAT(secret_forms("key\xF0\x9F\x98\x80"),
              IsSupersetOf({"key\\ud83d\\ude00", "key\\uD83D\\uDE00"}));
}

TEST(SecretForms, JsonKeepsInvalidUtf8) {
  EXPECT_THAT(secret_forms("a\"\xC3(\xFF\xE2\x82"), Contains("a\\\"\xC3(\xFF\xE2\x82"));
}

TEST(SecretForms, Shell) {
  EXPECT_THAT(secret_forms(kOdd), IsSupersetOf({
                                      // set -x of sh and of bash
                                      "p\"a$s`\\w'\\''o/r d!&<>+\xC3\xA9\n;\x01*",
                                      // shlex.quote
                                      "p\"a$s`\\w'\"'\"'o/r d!&<>+\xC3\xA9\n;\x01*",
                                      // inside "..."
                                      "p\\\"a\\$s\\`\\\\w'o/r d!&<>+\xC3\xA9\n;\x01*",
                                      // printf %q, ${secret@Q}, in an UTF-8 locale and in C
                                      "p\"a$s`\\\\w\\'o/r d!&<>+\xC3\xA9\\n;\\001*",
                                      "p\"a$s`\\\\w\\'o/r d!&<>+\\303\\251\\n;\\001*",
                                      // ls
                                      "p\"a$s`\\w'\\''o/r d!&<>+\xC3\xA9'$'\\n'';'$'\\001''*",
                                  }));
}

TEST(SecretForms, ShellWithBackslashes) {
  const auto forms = secret_forms("it's a $x `y` \"q\" \\ b!#~{},;&|<>*?[]^%=:@+-_./");
  EXPECT_THAT(forms,  // printf %q
              Contains("it\\'s\\ a\\ \\$x\\ \\`y\\`\\ \\\"q\\\"\\ \\\\\\ "
                       "b\\!#~\\{\\}\\,\\;\\&\\|\\<\\>\\*\\?\\[\\]\\^%=:@+-_./"));
  EXPECT_THAT(secret_forms("~a:~/b=~#~"), Contains("\\~a:\\~/b=\\~#~"));
  EXPECT_THAT(secret_forms("#a#b"), Contains("\\#a#b"));
  EXPECT_THAT(forms,  // Shellwords.escape
              Contains("it\\'s\\ a\\ \\$x\\ \\`y\\`\\ \\\"q\\\"\\ \\\\\\ "
                       "b\\!\\#\\~\\{\\},\\;\\&\\|\\<\\>\\*\\?\\[\\]\\^\\%\\=:@+-_./"));
}

TEST(SecretForms, WhiteSpaceAroundASecretIsNotPartOfIt) {
  const auto forms = secret_forms(" \thunter2\r\n");
  EXPECT_THAT(forms, Contains("hunter2"));
  EXPECT_THAT(forms, Not(Contains("hunter2\r\n")));
  // In base64 white space has no digits of its own, so it is encoded together with the secret.
  EXPECT_THAT(forms, Contains(base64(" \thunter2\r\n")));
}

TEST(SecretForms, MultiLineSecretHasBothLineEnds) {
  EXPECT_THAT(secret_forms("one 1\ntwo 2\n"),
              IsSupersetOf({"one 1\ntwo 2", "one 1\r\ntwo 2", "one 1\\r\\ntwo 2"}));
  EXPECT_THAT(secret_forms("one 1\r\ntwo 2"),
              IsSupersetOf({"one 1\ntwo 2", "one 1\r\ntwo 2", "one%201%0Atwo%202"}));
}

TEST(SecretForms, EachLineIsASecret) {
  EXPECT_THAT(secret_forms("first\n  second\t\r\nthird\rfourth"),
              IsSupersetOf({"first", "second", "third", "fourth", "Zmlyc3Q="}));
}

TEST(SecretForms, CommonLinesAreNotRedactedAlone) {
  const auto forms = secret_forms(
      "-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----\n{\nabc\n});;\n====\n"
      "\xC3\xA9\xC3\xA9\n");
  EXPECT_THAT(forms, IsSupersetOf({"MIIEvQ==", "\xC3\xA9\xC3\xA9"}));
  for (const std::string line :
       {"-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "YWJj", "});;", "===="}) {
    EXPECT_THAT(forms, Not(Contains(line)));
  }
}

TEST(SecretForms, ArmourIsRedactedAsAWholeSecret) {
  EXPECT_THAT(secret_forms("-----BEGIN X-----"), Contains("-----BEGIN X-----"));
  EXPECT_THAT(secret_forms("});;"), Contains("});;"));
}

}  // namespace
}  // namespace escher
