//===- requantize_test.cpp - Quantised sums of products of bytes ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Generated code finds most quantised sums without the kernel's own operations
// (compiler/kernels/body/requantization.h), and must give the same bytes where
// these end: at ties, which scales that are powers of two have in plenty,
// beyond all bytes, at scales so large or small that nothing is sure, and with
// constants that are no numbers.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace landfall::native {
namespace {

struct Form {
  DType out = DType::u8;
  bool has_zero = true, has_bounds = false;
  /// The quantised sum is added to bytes of another tensor and quantised again.
  bool has_residual = false;
};

/// The numbers of the operands.
struct Operands {
  uint32_t x, weights, factor, scale, bias, low, high, divisor, zero, residual,
      residual_scale, residual_zero, second_divisor;
};

NodeId real(kernels::ContractionMaker &k, ScalarOp op, NodeId a, NodeId b) {
  return k.scalar(op, DType::f32, {a, b});
}

NodeId quantised(kernels::ContractionMaker &k, NodeId value, NodeId divisor,
                 NodeId zero, const Form &form) {
  value = real(k, ScalarOp::div, value, divisor);
  value = k.scalar(ScalarOp::round, DType::f32, {value});
  if (form.has_zero)
    value = real(k, ScalarOp::add, value, k.cast(DType::f32, zero));
  return k.scalar(ScalarOp::cast_sat, form.out, {value});
}

/// out[i, j, n] of the sums over words of x[i, j, 4 * word + step] times
/// weights in panels of 32 n; sizes I, J, words, N, panels and channels.
Kernel product(const Form &form, Operands &o) {
  kernels::ContractionMaker k([] { return true; });
  Extent outer = k.extent(1), inner = k.extent(1), words = k.extent(1),
         points = k.extent(1), panels = k.extent(1), channels = k.extent(1);
  k.kernel.loops = {outer, inner, points};
  k.kernel.reduce = {words, fixed(4)};
  k.kernel.accumulator = DType::i32;
  o.x = k.input(DType::u8, {outer, inner, channels});
  o.weights = k.input(DType::i8, {panels, words, fixed(32), fixed(4)});
  o.factor = k.input(DType::f32, {});
  o.scale = k.input(DType::f32, {points});
  o.bias = k.input(DType::f32, {points});
  o.low = k.input(DType::f32, {});
  o.high = k.input(DType::f32, {});
  o.divisor = k.input(DType::f32, {});
  o.zero = k.input(form.out, {});
  o.residual = k.input(DType::u8, {outer, inner, points});
  o.residual_scale = k.input(DType::f32, {});
  o.residual_zero = k.input(DType::u8, {});
  o.second_divisor = k.input(DType::f32, {});
  k.output(form.out, k.kernel.loops);
  k.in_factors();
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  NodeId n = k.param(DType::i64), word = k.param(DType::i64);
  NodeId step = k.param(DType::i64);
  NodeId channel = k.add(k.mul(word, k.literal(4)), step);
  auto part = [&](ScalarOp op) {
    return k.scalar(op, DType::i64, {n, k.literal(32)});
  };
  NodeId weight =
      k.load(o.weights, {part(ScalarOp::div), word, part(ScalarOp::mod), step});
  k.yield({k.cast(DType::i32, k.load(o.x, {i, j, channel})),
           k.cast(DType::i32, weight)});
  k.in_body();
  i = k.param(DType::i64), j = k.param(DType::i64), n = k.param(DType::i64);
  NodeId value = k.cast(DType::f32, k.param(DType::i32));
  value = real(k, ScalarOp::mul, value, k.load(o.factor, {}));
  value = real(k, ScalarOp::mul, value, k.load(o.scale, {n}));
  value = real(k, ScalarOp::add, value, k.load(o.bias, {n}));
  if (form.has_bounds) {
    value = real(k, ScalarOp::max, value, k.load(o.low, {}));
    value = real(k, ScalarOp::min, k.load(o.high, {}), value);
  }
  NodeId divisor = k.load(o.divisor, {}), zero = k.load(o.zero, {});
  NodeId result = quantised(k, value, divisor, zero, form);
  if (form.has_residual) {
    NodeId again = real(k, ScalarOp::sub, k.cast(DType::f32, result),
                        k.cast(DType::f32, zero));
    again = real(k, ScalarOp::mul, again, divisor);
    NodeId other = real(k, ScalarOp::sub,
                        k.cast(DType::f32, k.load(o.residual, {i, j, n})),
                        k.cast(DType::f32, k.load(o.residual_zero, {})));
    other = real(k, ScalarOp::mul, other, k.load(o.residual_scale, {}));
    value = real(k, ScalarOp::max, real(k, ScalarOp::add, again, other),
                 k.load(o.low, {}));
    result = quantised(k, value, k.load(o.second_divisor, {}), zero, form);
  }
  k.yield({result});
  return k.take().kernel;
}

/// Constants of a launch. Sums of products are whole numbers of some thousands.
struct Scales {
  float factor, scale, bias, divisor, residual = 0.37f, second = 1.3f;
  float low = 0, high = 6;
};

void fill(std::vector<uint8_t> &bytes, float value) {
  for (size_t at = 0; at + sizeof(float) <= bytes.size(); at += sizeof(float))
    std::memcpy(&bytes[at], &value, sizeof(float));
}

/// Scales and biases differ from point to point by powers of two.
void fill_points(std::vector<uint8_t> &bytes, float value,
                 std::mt19937 &random) {
  for (size_t at = 0; at + sizeof(float) <= bytes.size(); at += sizeof(float)) {
    float scaled = std::ldexp(value, int(random() % 4) - 1);
    std::memcpy(&bytes[at], &scaled, sizeof(float));
  }
}

Launch launch_of(const Kernel &kernel, const Operands &o, const Scales &scales,
                 std::vector<int64_t> sizes, std::mt19937 &random) {
  Launch launch = whole_numbers(kernel, std::move(sizes), random);
  for (uint32_t operand : {o.x, o.weights, o.residual, o.zero, o.residual_zero})
    for (uint8_t &byte : launch.operands[operand])
      byte = uint8_t(random());
  fill(launch.operands[o.factor], scales.factor);
  fill_points(launch.operands[o.scale], scales.scale, random);
  fill_points(launch.operands[o.bias], scales.bias, random);
  fill(launch.operands[o.low], scales.low);
  fill(launch.operands[o.high], scales.high);
  fill(launch.operands[o.divisor], scales.divisor);
  fill(launch.operands[o.residual_scale], scales.residual);
  fill(launch.operands[o.second_divisor], scales.second);
  return launch;
}

std::vector<Scales> all_scales() {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  return {
      {0.01f, 0.1f, 3.7f, 0.3f},      // As networks have them.
      {1, 0x1p-8f, 0.5f, 1, 0.5f, 2}, // Ties.
      {0.25f, 0x1p-6f, 0, 0.5f, 1, 2, -40, 31},
      {1, 1, 0, 0.01f},                      // All beyond bytes.
      {1e-12f, 1e-12f, 1e-3f, 1e-4f},        // Sums do not matter.
      {0.01f, 0, 12.25f, 0.5f},              // Ties of the bias.
      {0.01f, 0.1f, 9e8f, 1e7f},             // Biases beyond the margin.
      {0.01f, 0.1f, 1, -0.3f, 0.3f, -0.7f},  // Order is turned round.
      {0.01f, 0.1f, 1, 0.3f, 0.3f, 1, 5, 2}, // Bounds the wrong way round.
      {1e20f, 1e20f, 1, 1e30f},              // Products beyond f32.
      {1e-30f, 1e-30f, 1, 1e-38f},
      {NAN, 0.1f, 1, 1},
      {0.01f, 0.1f, NAN, 1},
      {0.01f, 0.1f, 1, NAN},
      {0.01f, 0.1f, 1, 0},
      {0.01f, 0.1f, infinity, 1, infinity, 1},
      {0.01f, 0.1f, 1, 0.3f, 0.3f, 1, NAN, 2},
      {0.01f, 0.1f, 1, 0.3f, 0.3f, 1, -infinity, infinity},
  };
}

TEST(Requantize, givesTheBytesOfTheKernelsOwnOperations) {
  std::mt19937 random(31);
  std::vector<Case> cases;
  for (const Form &form :
       {Form{}, Form{DType::i8, true, true, false},
        Form{DType::u8, false, true, false}, Form{DType::u8, true, false, true},
        Form{DType::i8, true, true, true}}) {
    Operands o{};
    Case test{product(form, o), {}, {}};
    for (const Scales &scales : all_scales())
      test.launches.push_back(
          launch_of(test.kernel, o, scales, {3, 11, 5, 40, 2, 20}, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Rows that are read in place, packed, few, in several chunks; runs of K.
TEST(Requantize, atAllNumbersOfRows) {
  std::mt19937 random(32);
  Operands o{};
  Case test{product({.has_residual = true}, o), {}, {}};
  for (int64_t rows : {0, 1, 3, 11, 12, 13, 15, 21, 49, 53, 61, 64, 97, 131})
    for (auto [words, channels] :
         {std::pair(4, 16), std::pair(3, 13), std::pair(5, 32)})
      test.launches.push_back(launch_of(test.kernel, o, all_scales()[0],
                                        {1, rows, words, 70, 3, channels},
                                        random));
  test.launches.push_back(launch_of(test.kernel, o, all_scales()[0],
                                    {2, 9, 900, 33, 2, 3600}, random));
  test.launches.push_back(launch_of(test.kernel, o, all_scales()[0],
                                    {2, 31, 2, 40, 2, 4096}, random));
  check_cases({test});
}

} // namespace
} // namespace landfall::native
