//===- zip_archive_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/zip_archive.h"
#include "base/file.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace landfall::cli {
namespace {

Bytes bytes_of(const std::string &text) {
  return share_bytes({text.begin(), text.end()});
}

std::vector<uint8_t> written() {
  std::string path = testing::TempDir() + "landfall_zip_archive_test.zip";
  Status status = write_zip(path, {{"a.npy", {bytes_of("one"), bytes_of("2")}},
                                   {"b/c.npy", {bytes_of("")}}});
  EXPECT_TRUE(status) << status.error().message;
  return read_file(path).take();
}

/// Python's zipfile made this: one member, "x", of 100 'a', deflated.
std::vector<uint8_t> deflated() {
  return {0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00,
          0x00, 0x21, 0x00, 0x64, 0x7a, 0x70, 0xaf, 0x06, 0x00, 0x00, 0x00,
          0x64, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x78, 0x4b, 0x4c,
          0xa4, 0x3d, 0x00, 0x00, 0x50, 0x4b, 0x01, 0x02, 0x14, 0x03, 0x14,
          0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0x64, 0x7a,
          0x70, 0xaf, 0x06, 0x00, 0x00, 0x00, 0x64, 0x00, 0x00, 0x00, 0x01,
          0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
          0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x78, 0x50, 0x4b, 0x05, 0x06,
          0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x2f, 0x00, 0x00,
          0x00, 0x25, 0x00, 0x00, 0x00, 0x00, 0x00};
}

/// The contents of every member, or the first error.
Result<std::vector<std::string>> read_all(std::vector<uint8_t> file) {
  Bytes bytes = share_bytes(std::move(file));
  std::vector<std::string> contents;
  for (const ZipMember &member : TRY(list_zip(bytes, "z"))) {
    Bytes data = TRY(read_zip_member(bytes, member, "z:" + member.name));
    contents.emplace_back(data.data.begin(), data.data.end());
  }
  return contents;
}

TEST(ZipArchive, WhatIsWrittenIsRead) {
  Bytes file = share_bytes(written());
  auto members = list_zip(file, "z");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ((*members)[0].name, "a.npy");
  EXPECT_EQ((*members)[1].name, "b/c.npy");
  auto contents = read_all(written());
  ASSERT_TRUE(contents);
  EXPECT_EQ((*contents)[0], "one2");
  EXPECT_EQ((*contents)[1], "");
}

TEST(ZipArchive, DeflatedMembersAreRead) {
  auto contents = read_all(deflated());
  ASSERT_TRUE(contents) << contents.error().message;
  EXPECT_EQ((*contents)[0], std::string(100, 'a'));
}

TEST(ZipArchive, AnyPrefixIsRefused) {
  std::vector<uint8_t> whole = written();
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_all({whole.begin(), whole.begin() + long(size)})) << size;
}

TEST(ZipArchive, AChangedByteNeverCrashes) {
  for (const auto &whole : {written(), deflated()})
    for (size_t at = 0; at < whole.size(); ++at)
      for (uint8_t value : {0x00, 0x01, 0x7f, 0xff}) {
        std::vector<uint8_t> file = whole;
        file[at] = value;
        (void)read_all(std::move(file)).ok();
      }
}

TEST(ZipArchive, DamagedContentsAreRefused) {
  std::vector<uint8_t> file = written();
  auto data = std::ranges::search(file, std::string("one"));
  ASSERT_FALSE(data.empty());
  *data.begin() = 'O';
  auto contents = read_all(file);
  ASSERT_FALSE(contents);
  EXPECT_NE(contents.error().message.find("checksum"), std::string::npos);
}

} // namespace
} // namespace landfall::cli
