#include "overflow_directory.hpp"

#include <gtest/gtest.h>

#include "stream/file_fixtures.hpp"

namespace escher::test {
namespace {

const ExecutionId kId = *parse_id("01234567-89ab-4cde-8f01-23456789abcd");

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

TEST(OverflowDirectoryTest, NamesFilesByIdAndStream) {
  const TemporaryDirectory directory;
  OverflowDirectory overflow(directory.path());
  EXPECT_EQ(*overflow.path_for(kId, Stream::out),
            directory / "01234567-89ab-4cde-8f01-23456789abcd.stdout");
  EXPECT_EQ(*overflow.path_for(kId, Stream::err),
            directory / "01234567-89ab-4cde-8f01-23456789abcd.stderr");
}

TEST(OverflowDirectoryTest, MakesTheConfiguredOneAndLeavesIt) {
  const TemporaryDirectory directory;
  OverflowDirectory overflow(directory / "a/b");
  EXPECT_FALSE(exists(directory / "a"));
  ASSERT_TRUE(overflow.path_for(kId, Stream::out));
  EXPECT_EQ(mode_of(directory / "a/b"), 0700U);
  overflow.remove();
  EXPECT_TRUE(exists(directory / "a/b"));
}

TEST(OverflowDirectoryTest, SaysWhyThereIsNone) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  OverflowDirectory overflow(directory / "file/below");
  const auto path = overflow.path_for(kId, Stream::out);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, ErrorCode::io);
}

TEST(OverflowDirectoryTest, OfItsOwnIsPrivateAndTheSameForAll) {
  OverflowDirectory overflow(std::nullopt);
  const std::string first = parent_of(*overflow.path_for(kId, Stream::out));
  EXPECT_EQ(mode_of(first), 0700U);
  EXPECT_EQ(parent_of(*overflow.path_for(random_id(), Stream::err)), first);
  OverflowDirectory another(std::nullopt);
  EXPECT_NE(parent_of(*another.path_for(kId, Stream::out)), first);
  overflow.remove();
  another.remove();
}

TEST(OverflowDirectoryTest, OfItsOwnIsRemovedOnlyIfItIsEmpty) {
  OverflowDirectory overflow(std::nullopt);
  const std::string empty = parent_of(*overflow.path_for(kId, Stream::out));
  overflow.remove();
  EXPECT_FALSE(exists(empty));

  const std::string file = *overflow.path_for(kId, Stream::out);
  write_file(file, "kept");
  overflow.remove();
  EXPECT_TRUE(exists(file));
  std::filesystem::remove_all(parent_of(file));
}

}  // namespace
}  // namespace escher::test
