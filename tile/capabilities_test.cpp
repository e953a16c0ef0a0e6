//===- capabilities_test.cpp - What a chip has ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/engine_backend.h"
#include "tile/tiler.h"

#include <gtest/gtest.h>

namespace landfall::tile {
namespace {

TEST(Capabilities, OperationsAreFoundByBothTypes) {
  Capabilities chip;
  chip.operations = {{ScalarOp::lt, DType::f32, DType::boolean}};
  chip.reductions = {{ScalarOp::max, DType::f32, DType::f32}};
  EXPECT_TRUE(chip.has(ScalarOp::lt, DType::f32, DType::boolean));
  EXPECT_FALSE(chip.has(ScalarOp::lt, DType::i32, DType::boolean));
  EXPECT_FALSE(chip.has(ScalarOp::lt, DType::f32, DType::f32));
  EXPECT_TRUE(chip.reduces(ScalarOp::max, DType::f32));
  EXPECT_FALSE(chip.reduces(ScalarOp::add, DType::f32));
}

} // namespace
} // namespace landfall::tile
