//===- contraction_tile_test.cpp - The innermost product ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_tile.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

/// Constants are folded as they are built.
TEST(ContractionTile, blocksHaveRowsInVainUpToTheirHeight) {
  llvm::LLVMContext context;
  llvm::IRBuilder<> b(context);
  auto in_vain = [&](llvm::ArrayRef<unsigned> heights, int64_t rows) {
    llvm::Value *value = rows_in_vain(b, heights, b.getInt64(uint64_t(rows)));
    return llvm::cast<llvm::ConstantInt>(value)->getSExtValue();
  };
  const unsigned heights[] = {1, 4, 8, 14};
  EXPECT_EQ(in_vain(heights, 0), 0);
  EXPECT_EQ(in_vain(heights, 1), 0);
  EXPECT_EQ(in_vain(heights, 2), 2);
  EXPECT_EQ(in_vain(heights, 4), 0);
  EXPECT_EQ(in_vain(heights, 9), 5);
  EXPECT_EQ(in_vain(heights, 14), 0);
  EXPECT_EQ(in_vain({6}, 1), 5);
}

} // namespace
} // namespace landfall::kernels
