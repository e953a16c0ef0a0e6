//===- table_fit_test.cpp ---------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_fit.h"

#include "base/owned_constant.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

/// Tables along a height of 6 and a width of 5 of an image of 48 by 40.
class TableFitTest : public testing::Test {
protected:
  TableFitTest() {
    extents.open(image_h, 48);
    extents.open(image_w, 40);
    extents.note_product(h * w, {h, w});
  }

  std::optional<TableFit> fit(const Shape &target,
                              const std::vector<float> &values,
                              bool divided = false) {
    std::vector<int64_t> dims;
    for (Size extent : target)
      dims.push_back(*extents.exported(extent));
    auto data = owned_constant<float>(DType::f32, dims, values);
    return fit_table(extents, data, *table_layout(extents, target), divided);
  }

  ir::SizeContext context;
  Size image_h = context.symbol("H"), image_w = context.symbol("W");
  Size h = ceildiv(image_h, 8), w = ceildiv(image_w, 8);
  Extents extents;
};

TEST_F(TableFitTest, StridesAndOffsets) {
  std::vector<float> grid;
  for (int k = 0; k < 30; ++k)
    for (int c : {k % 5, k / 5})
      grid.push_back(float(c) * 8 + 4);
  auto found = fit({h * w, 2}, grid);
  ASSERT_TRUE(found);
  const auto &cells = found->parts[0].cells;
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0].base, 4);
  EXPECT_EQ(cells[0].terms[0].step, 0); // Along the height.
  EXPECT_EQ(cells[0].terms[1].step, 8);
  EXPECT_EQ(cells[1].terms[0].step, 8);
  grid[17] += 1;
  EXPECT_FALSE(fit({h * w, 2}, grid));
}

TEST_F(TableFitTest, PositionsInTheUnitInterval) {
  std::vector<float> centres, ends;
  for (int i = 0; i < 5; ++i) {
    centres.push_back((float(i) + 0.5f) / 5);
    ends.push_back(float(i) / 4 * 2 - 1);
  }
  auto found = fit({w}, centres);
  ASSERT_TRUE(found && found->has_positions);
  EXPECT_EQ(found->parts[0].cells[0].terms[0].offset, 0.5);
  EXPECT_EQ(found->conditions.size(), 1u); // The stride divides the image.
  found = fit({w}, ends);
  ASSERT_TRUE(found && found->has_positions);
  EXPECT_EQ(found->parts[0].cells[0].terms[0].less, 1);
  EXPECT_TRUE(found->conditions.empty());
}

TEST_F(TableFitTest, FractionsBesidePositionsAreDivided) {
  std::vector<float> sizes; // 3 and 7 pixels of 40, 5 and 11 of 48.
  for (int k = 0; k < 30; ++k)
    for (float size : {3 / 40.f, 5 / 48.f, 7 / 40.f, 11 / 48.f})
      sizes.push_back(size);
  extents.note_product(h * w * Size(2), {h, w, 2});
  Shape target{h * w * Size(2), 2};
  auto constants = fit(target, sizes);
  ASSERT_TRUE(constants);
  EXPECT_EQ(constants->parts[0].cells[0].pixels, 0);
  auto divided = fit(target, sizes, true);
  ASSERT_TRUE(divided);
  EXPECT_EQ(divided->parts[0].cells[0].pixels, 3);
  EXPECT_EQ(divided->parts[0].cells[0].over, image_w);
  EXPECT_EQ(divided->parts[0].cells[3].pixels, 11);
  EXPECT_EQ(divided->parts[0].cells[3].over, image_h);
  sizes[0] = 0.123f;
  EXPECT_FALSE(fit(target, sizes, true));
}

TEST_F(TableFitTest, NumbersThatAreSizesAreRefused) {
  EXPECT_TRUE(fit({w}, std::vector<float>(5, 7)));
  for (float value : {40.f, 39.f, 1 / 48.f, 2 / 40.f})
    EXPECT_FALSE(fit({w}, std::vector<float>(5, value))) << value;
}

TEST_F(TableFitTest, TwoElementsAreNoStep) {
  Size two = ceildiv(image_w, 20);
  EXPECT_FALSE(fit({two}, {0, 1}));
  EXPECT_TRUE(fit({two}, {1, 1}));
}

TEST_F(TableFitTest, Triangles) {
  std::vector<float> mask;
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      mask.push_back(j <= i ? 0.f : -1e9f);
  auto found = fit({w, w}, mask);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->parts[0].cells[0].below, 0);
  EXPECT_EQ(found->parts[0].cells[0].diagonal, 0);
  mask[20] = 1;
  EXPECT_FALSE(fit({w, w}, mask));
}

TEST_F(TableFitTest, JoinedPiecesHaveFunctionsOfTheirOwn) {
  Size joined = w + h;
  extents.note_sum(joined, {w, h});
  auto found = fit({joined}, {0, 1, 2, 3, 4, 9, 9, 9, 9, 9, 9});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->parts.size(), 2u);
  EXPECT_EQ(found->parts[0].cells[0].terms[0].step, 1);
  EXPECT_EQ(found->parts[1].cells[0].base, 9);
}

} // namespace
} // namespace landfall::frontend
