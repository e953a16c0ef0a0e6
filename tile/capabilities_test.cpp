//===- capabilities_test.cpp - What a chip has ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"

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

/// y[i] = op(a[i], b[i], ...).
Kernel elementwise(ScalarOp op, DType type) {
  bool tests = info(op).signature == ScalarSignature::test;
  DType result = tests ? DType::boolean : type;
  KernelMaker k(std::string(info(op).text), KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  std::vector<uint32_t> inputs;
  for (int n = 0; n < info(op).arity; ++n)
    inputs.push_back(k.input(type, {sized(0)}));
  k.output(result, {sized(0)});
  NodeId i = k.param(DType::i64);
  std::vector<NodeId> arguments;
  for (uint32_t input : inputs)
    arguments.push_back(k.load(input, {i}));
  k.yield({k.scalar(op, result, arguments)});
  return std::move(k.kernel);
}

/// No chip has comparisons of bools.
TEST(Capabilities, BoolsAreComparedByLogic) {
  for (ScalarOp op : {ScalarOp::eq, ScalarOp::ne, ScalarOp::lt, ScalarOp::le})
    check_kernel(elementwise(op, DType::boolean), {{0}, {1}, {97}});
}

TEST(Capabilities, BasicOperationsAreEnoughForWhatIsComposed) {
  using enum ScalarOp;
  Capabilities chip = test_chip();
  chip.operations = basic_operations();
  auto plans = [&](ScalarOp op, DType type) {
    auto plan = make_plan(elementwise(op, type), chip);
    return plan.ok() ? "" : plan.error().message;
  };
  for (ScalarOp op : {add, sub, mul, div, min, max, neg, abs, sign, eq, ne, lt,
                      le, fma, exp, log, log1p, tanh, erf})
    EXPECT_EQ(plans(op, DType::f32), "") << info(op).text;
  for (ScalarOp op : {add, sub, mul, min, max, sign, eq, ne, lt, le, bit_and,
                      bit_or, bit_xor, shl, shr})
    EXPECT_EQ(plans(op, DType::i32), "") << info(op).text;
  for (ScalarOp op : {bit_and, bit_or, bit_xor, bit_not, eq, ne, lt, le})
    EXPECT_EQ(plans(op, DType::boolean), "") << info(op).text;
  EXPECT_EQ(plans(sqrt, DType::f32), "the vector unit has no sqrt of float32");
}

} // namespace
} // namespace landfall::tile
