#include "output/newlines.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace escher {
namespace {

std::vector<std::uint32_t> one_by_one(std::string_view bytes, std::uint32_t base) {
  std::vector<std::uint32_t> places;
  for (std::uint32_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\n') places.push_back(base + i);
  }
  return places;
}

std::vector<std::uint32_t> at_once(std::string_view bytes, std::uint32_t base) {
  std::vector<std::uint32_t> places;
  append_newlines(bytes, base, places);
  return places;
}

TEST(NewlinesTest, FindsTheSameAsASearchByteByByte) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  // The neighbours of '\n', with and without the high bit, are the hard cases of the word search.
  const std::string alphabet = "\n\x0B\x09\x8A\x0A\xFF\x80\x7F a";
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 300, ' ');
    for (char& byte : bytes) byte = alphabet[random() % alphabet.size()];
    EXPECT_EQ(at_once(bytes, 7), one_by_one(bytes, 7)) << "in " << bytes.size() << " bytes";
    EXPECT_EQ(count_newlines(bytes), one_by_one(bytes, 0).size());
  }
}

TEST(NewlinesTest, AppendsToTheVector) {
  std::vector<std::uint32_t> places{1};
  append_newlines("ab\n", 10, places);
  EXPECT_EQ(places, (std::vector<std::uint32_t>{1, 12}));
}

TEST(NewlinesTest, EmptyTextHasNoNewlines) {
  EXPECT_EQ(at_once("", 0), std::vector<std::uint32_t>{});
  EXPECT_EQ(count_newlines(""), 0U);
}

}  // namespace
}  // namespace escher
