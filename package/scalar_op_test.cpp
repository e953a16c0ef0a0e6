//===- scalar_op_test.cpp - The table of scalar operations ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/scalar_op.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

TEST(ScalarOpTable, TextsNameTheirOperation) {
  for (int k = 0; k < scalar_op_count(); ++k)
    EXPECT_EQ(find_scalar_op(info(ScalarOp(k)).text), ScalarOp(k));
  EXPECT_EQ(find_scalar_op("expo"), std::nullopt);
  EXPECT_EQ(find_scalar_op(""), std::nullopt);
}

TEST(ScalarOpTable, WhatIsCostly) {
  const DType f32 = DType::f32;
  for (ScalarOp op : {ScalarOp::add, ScalarOp::div, ScalarOp::sqrt,
                      ScalarOp::select, ScalarOp::fma, ScalarOp::round})
    EXPECT_FALSE(is_costly(op, f32)) << info(op).text;
  for (ScalarOp op : {ScalarOp::exp, ScalarOp::pow, ScalarOp::atan,
                      ScalarOp::erf, ScalarOp::fmod})
    EXPECT_TRUE(is_costly(op, f32)) << info(op).text;
}

TEST(ScalarOpTable, ARemainderIsLongOnlyOfReals) {
  EXPECT_TRUE(is_costly(ScalarOp::mod, DType::f32));
  EXPECT_FALSE(is_costly(ScalarOp::mod, DType::i64));
  EXPECT_LT(instructions_of(ScalarOp::add, DType::i64),
            instructions_of(ScalarOp::mod, DType::i64));
}

TEST(ScalarOpTable, NarrowRealsRoundAndWideOnesTakeLonger) {
  for (ScalarOp op : {ScalarOp::add, ScalarOp::div, ScalarOp::exp}) {
    double f32 = instructions_of(op, DType::f32);
    EXPECT_LT(f32, instructions_of(op, DType::f16)) << info(op).text;
    EXPECT_LE(f32, instructions_of(op, DType::f64)) << info(op).text;
  }
}

} // namespace
} // namespace landfall
