//===- transfer_test.cpp --------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/transfer.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace landfall::reef::sim {
namespace {

std::set<uint64_t> bytes_of(const Rows &rows) {
  std::set<uint64_t> bytes;
  for (uint64_t row = 0; row < rows.rows; ++row)
    for (uint64_t k = 0; k < rows.row_bytes; ++k)
      bytes.insert(rows.address + row * rows.stride + k);
  return bytes;
}

bool share(const std::set<uint64_t> &a, const std::set<uint64_t> &b) {
  for (uint64_t byte : a)
    if (b.contains(byte))
      return true;
  return false;
}

TEST(Rows, NeighbouringColumnsOfAMatrixDoNotOverlap) {
  Rows left = {1000, 16, 8, 64}, right = {1016, 48, 8, 64};
  EXPECT_FALSE(overlaps(left, right));
  EXPECT_TRUE(overlaps(left, {1015, 2, 1, 0}));
  EXPECT_FALSE(overlaps(left, 1016, 48));
  EXPECT_TRUE(overlaps(left, 1016, 49)) << "reaches the next row";
  EXPECT_FALSE(overlaps(left, 1000 + 7 * 64 + 16, 100)) << "after the last";
}

TEST(Rows, OverlapAgreesWithCountingBytes) {
  std::mt19937 random(3);
  int found = 0;
  for (int round = 0; round < 20000; ++round) {
    auto draw = [&] {
      uint64_t bytes = random() % 7;
      return Rows{random() % 60, bytes, random() % 5, bytes + random() % 9};
    };
    Rows a = draw(), b = draw();
    bool expected = share(bytes_of(a), bytes_of(b));
    ASSERT_EQ(overlaps(a, b), expected) << round;
    ASSERT_EQ(overlaps(b, a), expected) << round;
    found += expected;
  }
  EXPECT_GT(found, 1000);
}

} // namespace
} // namespace landfall::reef::sim
