//===- utf8_test.cpp ------------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

TEST(Utf8, AcceptsText) {
  for (std::string_view text :
       {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac",
        "\xf0\x9f\x98\x80 and more", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesTheRest) {
  for (std::string_view text :
       {"\x80", "a\xbf", "\xc3", "\xe2\x82", "\xf0\x9f\x98", // Incomplete.
        "\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80",      // Overlong.
        "\xed\xa0\x80",                                      // A surrogate.
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff",  // Too large.
        "\xc3\x28", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(text));
}

} // namespace
} // namespace landfall
