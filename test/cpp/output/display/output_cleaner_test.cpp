#include "output/display/output_cleaner.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace escher {
namespace {

const Redactor kRedactor({"hunter2", "ter2-and-more"});

std::string cleaned(DisplayMode mode, const std::vector<std::string>& chunks) {
  const auto cleaner = OutputCleaner::make(mode, kRedactor);
  std::string out;
  for (const std::string& chunk : chunks) out += cleaner->clean(chunk);
  return out.append(cleaner->finish());
}

// The result for all splits of `text` into two chunks, and for chunks of one byte.
std::string cleaned_in_chunks(DisplayMode mode, const std::string& text) {
  const std::string whole = cleaned(mode, {text});
  std::vector<std::string> single_bytes;
  for (const char byte : text) single_bytes.emplace_back(1, byte);
  EXPECT_EQ(cleaned(mode, single_bytes), whole) << testing::PrintToString(text);
  for (std::size_t i = 0; i <= text.size(); ++i) {
    EXPECT_EQ(cleaned(mode, {text.substr(0, i), text.substr(i)}), whole)
        << testing::PrintToString(text) << " at " << i;
  }
  return whole;
}

std::string coloured(const std::string& text) { return cleaned_in_chunks(DisplayMode::sgr, text); }

TEST(OutputCleaner, RedactsASecretWithColoursInside) {
  // Output of grep --color.
  EXPECT_EQ(coloured("a \x1B[01;31m\x1B[Khunt\x1B[m\x1B[Ker2 b\n"), "a \x1B[01;31m***\x1B[m b\n");
  EXPECT_EQ(coloured("h\x1B[1mu\x1B[2mn\x1B[3mt\x1B[4me\x1B[5mr\x1B[6m2"),
            "***\x1B[1m\x1B[2m\x1B[3m\x1B[4m\x1B[5m\x1B[6m");
}

TEST(OutputCleaner, KeepsColoursAroundASecret) {
  EXPECT_EQ(coloured("\x1B[31mhunter2\x1B[0m."), "\x1B[31m***\x1B[0m.");
}

TEST(OutputCleaner, KeepsColoursInAnUnfinishedSecret) {
  EXPECT_EQ(coloured("\x1B[31mhun\x1B[0mter\x1B[1m!"), "\x1B[31mhun\x1B[0mter\x1B[1m!");
  EXPECT_EQ(coloured("hun\x1B[0mter"), "hun\x1B[0mter");
}

TEST(OutputCleaner, JoinsOverlappingSecretsAcrossColours) {
  EXPECT_EQ(coloured("hun\x1B[1mter2\x1B[2m-and\x1B[3m-more"), "***\x1B[1m\x1B[2m\x1B[3m");
}

TEST(OutputCleaner, RedactsASecretThatContainsASequence) {
  const auto cleaner = OutputCleaner::make(DisplayMode::sgr, Redactor({"\x1B[31mred"}));
  std::string out(cleaner->clean("a \x1B[31mred b"));
  EXPECT_EQ(out.append(cleaner->finish()), "a *** b");
}

TEST(OutputCleaner, RedactsASecretWithProgressInside) {
  EXPECT_EQ(cleaned_in_chunks(DisplayMode::sgr_and_progress, "hun\x1B]9;4;1;50\ater2"),
            "***\x1B]9;4;1;50\a");
}

TEST(OutputCleaner, BoundsTheSequencesInsideASecret) {
  std::string text = "hunt";
  for (int i = 0; i < 100'000; ++i) text += "\x1B[1m";
  const std::string out = cleaned(DisplayMode::sgr, {text, "er2"});
  EXPECT_TRUE(out.starts_with("***\x1B[1m"));
  EXPECT_LT(out.size(), 10'000U);
}

TEST(LineCleaner, RedactsASecretWithColoursInside) {
  LineCleaner cleaner(DisplayMode::sgr, kRedactor);
  EXPECT_EQ(cleaner.clean("a hunt\x1B[1mer2 b", true), "a ***\x1B[1m b");
}

TEST(LineCleaner, RedactsASecretAcrossThePiecesOfALine) {
  LineCleaner cleaner(DisplayMode::sgr, kRedactor);
  std::string line(cleaner.clean("a hunt\x1B[1m", false));
  line += cleaner.clean("er2 b", true);
  EXPECT_EQ(line, "a ***\x1B[1m b");
  EXPECT_EQ(cleaner.clean("hunt", true), "hunt");
}

}  // namespace
}  // namespace escher
