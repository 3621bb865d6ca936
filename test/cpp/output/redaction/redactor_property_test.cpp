// Invariants of the redactor for any secrets, bytes and chunks. A failing case prints its seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "output/random_bytes.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {
namespace {

using Forms = std::vector<std::string>;

// A simple reference implementation.
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

// The longest suffix of `text` that is a proper prefix of a form.
std::size_t longest_prefix(const Forms& forms, std::string_view text) {
  for (std::size_t length = text.size(); length > 0; --length) {
    const std::string_view end = text.substr(text.size() - length);
    for (const std::string& form : forms) {
      if (form.size() > length && form.starts_with(end)) return length;
    }
  }
  return 0;
}

// Few letters, so that secrets overlap, contain each other and share prefixes.
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

TEST(RedactorProperty, OutputMatchesTheContractForAnyChunks) {
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

// Secrets that are compiled apart are redacted as if they were compiled together.
TEST(RedactorProperty, PartsRedactLikeTheWhole) {
  for_many_cases([](Case& example) {
    std::optional<Redactor> parts;
    const auto& secrets = example.secrets;
    const std::size_t size = (secrets.size() + 2) / 3;
    for (std::size_t at = 0; at < secrets.size(); at += size) {
      const auto begin = secrets.begin() + static_cast<std::ptrdiff_t>(at);
      const Redactor part(
          {begin, begin + static_cast<std::ptrdiff_t>(std::min(size, secrets.size() - at))});
      parts = parts ? parts->with(part) : part;
    }
    RedactingStream stream(*parts);
    RedactingStream whole{Redactor(secrets)};
    std::string out;
    const auto append = [&out](std::string_view bytes) { out += bytes; };
    for (const auto& chunk : example.random.chunks(example.text, example.longest_chunk)) {
      stream.feed(chunk, append);
      whole.feed(chunk, [](std::string_view) {});
      ASSERT_EQ(stream.held(), whole.held());
    }
    stream.finish(append);
    ASSERT_EQ(out, expected_output(example.forms, example.text));
  });
}

TEST(RedactorProperty, OutputContainsNoForm) {
  for_many_cases([](Case& example) {
    const std::string out = Redactor(example.secrets).redact(example.text);
    for (const std::string& form : example.forms) {
      ASSERT_EQ(out.find(form), std::string::npos) << testing::PrintToString(form) << " in " << out;
    }
  });
}

// Held-back bytes are undecided: later bytes can make them part of a form.
TEST(RedactorProperty, HoldsBackOnlyUndecidedBytes) {
  for_many_cases([](Case& example) {
    const Redactor redactor(example.secrets);
    RedactingStream stream(redactor);
    for (std::size_t taken = 1; taken <= example.text.size(); ++taken) {
      stream.feed(example.text.substr(taken - 1, 1), [](std::string_view) {});
      const std::string text = example.text.substr(0, taken);
      const std::vector<bool> redacted = redacted_bytes(example.forms, text);
      // The first undecided byte holds back all bytes after it.
      std::size_t held_from = taken - longest_prefix(example.forms, text);
      while (held_from < taken && redacted[held_from]) ++held_from;
      ASSERT_EQ(stream.held(), taken - held_from) << "after " << taken << " bytes";
    }
  });
}

}  // namespace
}  // namespace escher
