//===- image_test.cpp - Decoders of image files ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "images/image.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace landfall::images {
namespace {

using Pixels = std::vector<uint8_t>;

Bytes bytes_of(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

/// `count` bytes, the lowest first.
std::string little(uint32_t value, int count) {
  std::string bytes;
  for (; count > 0; --count, value >>= 8)
    bytes.push_back(char(value));
  return bytes;
}

/// A bitmap with a header of 40 bytes.
std::string bitmap(int width, int height, int bits, const std::string &palette,
                   const std::string &rows) {
  std::string header = little(40, 4) + little(uint32_t(width), 4) +
                       little(uint32_t(height), 4) + little(1, 2) +
                       little(uint32_t(bits), 2) + std::string(24, '\0');
  uint32_t start = uint32_t(14 + header.size() + palette.size());
  return "BM" + std::string(8, '\0') + little(start, 4) + header + palette +
         rows;
}

TEST(Bitmap, RowsStandUpsideDownAndColoursBackwards) {
  std::string rows = std::string("\1\2\3\4\5\6\0\0", 8) + "abcdef--";
  std::optional<Image> image = decode(bytes_of(bitmap(2, 2, 24, "", rows)));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->pixels,
            (Pixels{'c', 'b', 'a', 'f', 'e', 'd', 3, 2, 1, 6, 5, 4}));
  image = decode(bytes_of(bitmap(2, -2, 24, "", rows)));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->pixels.front(), 3);
}

TEST(Bitmap, FewBitsChooseColoursOfThePalette) {
  std::string palette("\0\0\0\0\3\2\1\0", 8), rows("\x40\0\0\0", 4);
  std::optional<Image> image = decode(bytes_of(bitmap(3, 1, 1, palette, rows)));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->pixels, (Pixels{0, 0, 0, 1, 2, 3, 0, 0, 0}));
}

TEST(Bitmap, FiveBitsAreSpreadOverAByte) {
  std::optional<Image> image =
      decode(bytes_of(bitmap(1, 1, 16, "", std::string("\xff\x7f\0\0", 4))));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->pixels, (Pixels{255, 255, 255}));
}

TEST(Portable, SamplesAreTextOrBytes) {
  for (const std::string &file :
       {std::string("P3 # a comment\n1 2 100\n0 50 100 100 0 0"),
        std::string("P6 1 2 100\n") + std::string("\0\62\144\144\0\0", 6)}) {
    std::optional<Image> image = decode(bytes_of(file));
    ASSERT_TRUE(image);
    EXPECT_EQ(image->height, 2);
    EXPECT_EQ(image->pixels, (Pixels{0, 128, 255, 255, 0, 0}));
  }
}

TEST(Portable, BitsAreBlack) {
  for (const std::string &file :
       {std::string("P1 2 2\n01\n10"), std::string("P4\n2 2\n\x40\x80")}) {
    std::optional<Image> image = decode(bytes_of(file));
    ASSERT_TRUE(image);
    EXPECT_EQ(image->pixels,
              (Pixels{255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255}));
  }
}

TEST(Image, WhatIsCutOffIsNoImage) {
  for (const std::string &file :
       {bitmap(2, 2, 24, "", std::string(16, 'x')),
        std::string("P6 1 2 100\n") + std::string(6, 'x'),
        std::string("P2 3 1 9\n1 2 3")})
    for (size_t length = 0; length < file.size(); ++length)
      EXPECT_FALSE(decode(bytes_of(file.substr(0, length)))) << length;
}

TEST(Image, ADeclaredSizeIsNotBelieved) {
  EXPECT_FALSE(decode(bytes_of("P6 100000 100000 255\nxxxx")));
  EXPECT_FALSE(decode(bytes_of("P6 9000000000000000000 2 255\nxxxx")));
  EXPECT_FALSE(decode(bytes_of(bitmap(1 << 30, 1 << 30, 24, "", "xxxx"))));
}

TEST(Image, RandomBytesBehindASignatureAreHarmless) {
  std::mt19937 random(1);
  for (const std::string &start :
       {std::string("\x89PNG\r\n\x1a\n"), std::string("\xff\xd8\xff\xe0"),
        std::string("II*\0", 4), std::string("RIFF\x40\0\0\0WEBPVP8 ", 16),
        std::string("\0\0\0\x0cjP  \r\n\x87\n", 12), std::string("BM"),
        std::string("P6 3 3 255\n")})
    for (int round = 0; round < 200; ++round) {
      std::string file = start;
      for (int k = 0; k < 200; ++k)
        file.push_back(char(random()));
      decode(bytes_of(file));
    }
}

} // namespace
} // namespace landfall::images
