//===- file_test.cpp - Mapping, reading, replacing ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace landfall {
namespace {

class File : public testing::Test {
protected:
  File() : directory_(testing::TempDir() + "landfall_file_test") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
  }
  ~File() override { std::filesystem::remove_all(directory_); }
  std::string path(const char *name) const { return directory_ + "/" + name; }
  std::string directory_;
};

TEST_F(File, ReplacesWithoutTouchingTheOldMapping) {
  std::vector<uint8_t> first = {1, 2, 3}, second(100000, 7);
  ASSERT_TRUE(write_file(path("a"), first).ok());
  Result<Bytes> old = map_file(path("a"));
  ASSERT_TRUE(old.ok());
  ASSERT_TRUE(write_file(path("a"), second).ok());
  EXPECT_TRUE(std::ranges::equal(old->data, first));
  Result<std::vector<uint8_t>> read = read_file(path("a"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, second);
  auto files = std::filesystem::directory_iterator(directory_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(File, ReplacesRegularFilesOnly) {
  std::filesystem::create_directory(path("folder"));
  Status written = write_file(path("folder"), std::vector<uint8_t>{1});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::io);
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(write_file(path("pipe"), std::vector<uint8_t>{1}).ok());
  EXPECT_TRUE(std::filesystem::is_fifo(path("pipe")));
}

TEST_F(File, HandlesEmptyFiles) {
  ASSERT_TRUE(write_file(path("empty"), std::vector<uint8_t>()).ok());
  EXPECT_TRUE(map_file(path("empty"))->data.empty());
  EXPECT_TRUE(read_file(path("empty"))->empty());
}

TEST_F(File, NamesThePathAndTheReason) {
  for (const Error &error :
       {map_file(path("none")).error(), read_file(path("none")).error(),
        write_file(path("none/a"), std::vector<uint8_t>()).error()}) {
    EXPECT_EQ(error.code, ErrorCode::io);
    EXPECT_TRUE(error.place.file.starts_with(path("none")));
    EXPECT_NE(error.message.find("No such file"), std::string::npos);
  }
  EXPECT_FALSE(map_file(directory_).ok());
  EXPECT_FALSE(read_file(directory_).ok());
}

} // namespace
} // namespace landfall
