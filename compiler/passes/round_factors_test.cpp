//===- round_factors_test.cpp - Tests of rounding factors -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/round_factors.h"

#include "compiler/passes/pass_for_test.h"

#include <bit>

namespace landfall::compiler {
namespace {

using ir::Builder;
using ir::Contraction;
using ir::Scalar;
using ir::Tensor;

/// 1 + k / 256 needs a bit more than bf16 has where k is odd.
constexpr float unit = 1.0f / 256;

Tensor weights(Builder &b, DType type) {
  std::vector<uint8_t> bytes(size_t(4 * 2 * size_of(type)));
  for (int64_t k = 0; k < 8; ++k) {
    float value = type == DType::f32 ? 1 + float(k) * unit : float(k);
    uint64_t bits =
        type == DType::f32 ? std::bit_cast<uint32_t>(value) : uint64_t(k);
    std::memcpy(bytes.data() + k * size_of(type), &bits, size_t(size_of(type)));
  }
  return b.constant({type, {4, 2}, share_bytes(std::move(bytes))});
}

/// x [m, 4] times constant weights [4, 2]; the weights plus `more` are a second
/// output.
void product(Builder &b, DType type, bool more) {
  Tensor in = input(b);
  Tensor x = b.map(in.shape(), DType::f32,
                   [&](auto at) { return in.at(at) * unit + 1.0; });
  Tensor w = weights(b, type);
  Contraction c;
  c.shape = {x.shape()[0], 2};
  c.reduce = {4};
  c.accumulator = DType::f32;
  c.epilogue = [](auto, Scalar sum) { return sum; };
  c.factors = [&](auto at, auto sum) {
    return std::pair(x.at({at[0], sum[0]}),
                     cast(w.at({sum[0], at[1]}), DType::f32));
  };
  b.output("y", b.contract(c));
  if (more)
    b.output("w", b.map({4, 2}, DType::f32, [&](auto at) {
      return cast(w.at(at), DType::f32) + 1.0;
    }));
}

float to_bf16(float x) {
  return real_to_float(DType::bf16,
                       real_from_float(DType::bf16, x, Saturation::off));
}

TEST(RoundFactors, bothFactors) {
  auto build = [](Builder &b) { product(b, DType::f32, false); };
  Outcome after = outcome(build, round_factors);
  EXPECT_EQ(after.count("tensor<4x2xbf16>"), 2) << "the constant, its load";
  EXPECT_EQ(after.count("tensor<4x2xf32>"), 0);
  ASSERT_EQ(after.values.size(), 6u);
  runtime::HostTensor x = test_input(3, 4);
  auto *data = reinterpret_cast<const float *>(x.bytes.data.data());
  for (int m = 0; m < 3; ++m)
    for (int n = 0; n < 2; ++n) {
      float sum = 0;
      for (int k = 0; k < 4; ++k)
        sum += to_bf16(data[4 * m + k] * unit + 1) *
               to_bf16(1 + float(2 * k + n) * unit);
      EXPECT_EQ(after.values[size_t(2 * m + n)], sum);
    }
  EXPECT_NE(after.values, outcome(build, nullptr).values);
}

TEST(RoundFactors, whatElseReadsWeightsReadsThemAsTheyAre) {
  Outcome after =
      outcome([](Builder &b) { product(b, DType::f32, true); }, round_factors);
  EXPECT_EQ(after.count("tensor<4x2xbf16>"), 2);
  EXPECT_GT(after.count("tensor<4x2xf32>"), 1);
}

TEST(RoundFactors, otherTypesStay) {
  auto build = [](Builder &b) { product(b, DType::i8, false); };
  Outcome after = outcome(build, round_factors);
  EXPECT_EQ(after.count("bf16"), 0);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
}

} // namespace
} // namespace landfall::compiler
