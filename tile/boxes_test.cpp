//===- boxes_test.cpp - Boxes, pieces, memory -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/arena.h"
#include "tile/boxes.h"

#include <gtest/gtest.h>
#include <random>

namespace landfall::tile {
namespace {

TEST(Strided, DimensionsThatAllOperandsWalkAsOneAreJoined) {
  StridedDimensions dims = {
      {3, {40, 0}}, {1, {7, 7}}, {5, {8, 0}}, {2, {4, 0}}};
  StridedDimensions joined = collapse(dims);
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].count, 30);
  dims[0].strides[1] = 4;
  EXPECT_EQ(collapse(dims).size(), 2u);
}

TEST(Strided, PiecesCoverEachPointOnce) {
  StridedDimensions dims = {{3, {1000}}, {7, {100}}, {9, {2}}};
  for (int rank : {0, 1, 2, 3})
    for (int64_t limit : {0, 4}) {
      std::vector<int> visits(4000);
      for_each_piece(dims, rank, limit,
                     [&](const Offsets &offsets, auto piece) {
                       ASSERT_LE(piece.size(), size_t(rank));
                       std::vector<int64_t> points = {offsets[0]};
                       for (const StridedDimension &dim : piece) {
                         EXPECT_TRUE(limit == 0 || dim.count <= limit);
                         std::vector<int64_t> next;
                         for (int64_t p : points)
                           for (int64_t i = 0; i < dim.count; ++i)
                             next.push_back(p + i * dim.strides[0]);
                         points = next;
                       }
                       for (int64_t p : points)
                         ++visits[size_t(p)];
                     });
      for (int64_t p = 0; p < 4000; ++p) {
        bool inside =
            p / 1000 < 3 && p / 100 % 10 < 7 && p % 100 / 2 < 9 && p % 2 == 0;
        ASSERT_EQ(visits[size_t(p)], int(inside)) << rank << " " << p;
      }
    }
}

/// Against each bound at each point.
TEST(Boxes, ClippedPartsAreWhatBoundsLetThrough) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    StridedDimensions dims = {{1 + int64_t(random() % 4), {100}},
                              {1 + int64_t(random() % 6), {10}},
                              {1 + int64_t(random() % 9), {1}}};
    std::vector<Bound> bounds;
    for (size_t k = random() % 4; k-- > 0;)
      bounds.push_back({int64_t(random() % 13) - 4,
                        {int64_t(random() % 5) - 2, int64_t(random() % 5) - 2,
                         int64_t(random() % 5) - 2}});
    std::vector<int> covered(1000), inside(1000);
    clip_box(dims, bounds, [&](const ClippedBox &box) {
      for (int64_t i = 0; i < box.dimensions[0].count; ++i)
        for (int64_t j = 0; j < box.dimensions[1].count; ++j)
          for (int64_t k = 0; k < box.dimensions[2].count; ++k) {
            size_t at = size_t(box.offsets[0] + i * 100 + j * 10 + k);
            ++covered[at];
            auto in = [&](size_t d, int64_t p) {
              const Interval &range = box.inside[d];
              return p >= range.first && p < range.first + range.count;
            };
            inside[at] += in(0, i) && in(1, j) && in(2, k);
          }
    });
    for (int64_t i = 0; i < dims[0].count; ++i)
      for (int64_t j = 0; j < dims[1].count; ++j)
        for (int64_t k = 0; k < dims[2].count; ++k) {
          bool holds = true;
          for (const Bound &b : bounds)
            holds &= b.constant + b.slopes[0] * i + b.slopes[1] * j +
                         b.slopes[2] * k >=
                     0;
          size_t at = size_t(i * 100 + j * 10 + k);
          ASSERT_EQ(covered[at], 1);
          ASSERT_EQ(inside[at], int(holds)) << round;
        }
  }
}

TEST(Arena, MemoryIsReusedAsLateAsPossible) {
  Arena arena(Space::vector, 1024, 64, 128);
  auto a = arena.allocate(100), b = arena.allocate(64);
  EXPECT_EQ(a->offset, 128);
  EXPECT_EQ(b->offset, 256);
  a.reset();
  auto c = arena.allocate(10);
  EXPECT_EQ(c->offset, 320);
  EXPECT_EQ(arena.allocate(1024), nullptr);
  auto d = arena.allocate(640);
  EXPECT_EQ(d->offset, 384);
  EXPECT_EQ(arena.allocate(128)->offset, 128);
  arena.limit(128 + 640);
  EXPECT_EQ(arena.allocate(64), nullptr);
}

} // namespace
} // namespace landfall::tile
