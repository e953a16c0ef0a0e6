//===- quantize_test.cpp - Quantisation to 8 bits -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Generated code divides by a scale only where the result may depend on the
// last bits of the quotient (compiler/kernels/lanes/lane_quantize.h). These
// values do: the middles between integers, give or take a few units in the last
// place, quotients beyond all integers, and scales without a reciprocal.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace landfall::native {
namespace {

template <typename T> std::vector<uint8_t> bytes_of(const std::vector<T> &v) {
  auto *data = reinterpret_cast<const uint8_t *>(v.data());
  return {data, data + v.size() * sizeof(T)};
}

/// out[i] = cast_sat(round(x[i] / scale) + zero), or round(x[i] * scale).
Kernel quantization(DType type, bool divides, bool has_zero) {
  KernelMaker k("quantize", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::f32, {sized(0)});
  uint32_t scale = k.input(DType::f32, {}), zero = k.input(type, {});
  k.output(type, {sized(0)});
  NodeId i = k.param(DType::i64);
  NodeId value = k.scalar(divides ? ScalarOp::div : ScalarOp::mul, DType::f32,
                          {k.load(x, {i}), k.load(scale, {})});
  value = k.scalar(ScalarOp::round, DType::f32, {value});
  NodeId shift = k.scalar(ScalarOp::cast, DType::f32, {k.load(zero, {})});
  if (has_zero)
    value = k.scalar(ScalarOp::add, DType::f32, {value, shift});
  k.yield({k.scalar(ScalarOp::cast_sat, type, {value})});
  return std::move(k.kernel);
}

std::vector<float> samples(float scale, std::mt19937 &random) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> result = {0.0f,      -0.0f,   NAN,      infinity,
                               -infinity, 3.4e38f, -3.4e38f, 1e-45f};
  for (float whole : {0x1p30f, 0x1p31f, 0x1p32f, 0x1p23f, 4e9f})
    for (float sign : {-1.0f, 1.0f})
      result.push_back(sign * whole * scale);
  for (int k = -300; k < 300; ++k) {
    float middle = (float(k) + 0.5f) * scale;
    for (int ulps = -3; ulps <= 3; ++ulps) {
      float x = middle;
      for (int step = 0; step < std::abs(ulps); ++step)
        x = std::nextafter(x, ulps < 0 ? -infinity : infinity);
      result.push_back(x);
    }
  }
  std::uniform_real_distribution<float> inside(-300, 300);
  for (int k = 0; k < 500; ++k)
    result.push_back(inside(random) * scale);
  // Vectors whose lanes are all of the usual kind, too.
  for (int k = 0; k < 64; ++k)
    result.push_back(0.25f * scale);
  return result;
}

/// out[i] = cast_sat(round(min(max(x[i], low), high) / scale)).
Kernel clipped() {
  KernelMaker k("clipped", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::f32, {sized(0)});
  uint32_t low = k.input(DType::f32, {}), high = k.input(DType::f32, {});
  uint32_t scale = k.input(DType::f32, {});
  k.output(DType::i8, {sized(0)});
  NodeId i = k.param(DType::i64);
  auto real = [&](ScalarOp op, NodeId a, NodeId b) {
    return k.scalar(op, DType::f32, {a, b});
  };
  NodeId value = real(ScalarOp::max, k.load(x, {i}), k.load(low, {}));
  value = real(ScalarOp::min, k.load(high, {}), value);
  value = real(ScalarOp::div, value, k.load(scale, {}));
  value = k.scalar(ScalarOp::round, DType::f32, {value});
  k.yield({k.scalar(ScalarOp::cast_sat, DType::i8, {value})});
  return std::move(k.kernel);
}

TEST(Quantize, isExactAfterBounds) {
  std::mt19937 random(6);
  Case test{clipped(), {}, {}};
  for (auto [low, high] : std::vector<std::pair<float, float>>{
           {0, 6}, {-0.0f, 0}, {-3, 1e9f}, {NAN, 6}, {0, NAN}, {2, 1}}) {
    std::vector<float> x = samples(0.05f, random);
    test.launches.push_back({{int64_t(x.size())},
                             {bytes_of(x), bytes_of(std::vector<float>{low}),
                              bytes_of(std::vector<float>{high}),
                              bytes_of(std::vector<float>{0.05f}),
                              std::vector<uint8_t>(x.size())}});
  }
  check_cases({test});
}

TEST(Quantize, isExactAtTiesAndBeyondAllIntegers) {
  std::mt19937 random(5);
  std::vector<Case> cases;
  for (DType type : {DType::u8, DType::i8})
    for (bool divides : {true, false})
      for (bool has_zero : {true, false}) {
        Case test{quantization(type, divides, has_zero), {}, {}};
        for (float scale :
             {1.0f, 0.1f, 0.0123f, -0.7f, 3.3e-5f, 1e-38f, 1e-42f, 2e38f, 0.0f,
              std::numeric_limits<float>::infinity(), NAN})
          for (uint8_t zero : {uint8_t(0), uint8_t(3), uint8_t(255)}) {
            std::vector<float> x = samples(divides ? scale : 1 / scale, random);
            test.launches.push_back({{int64_t(x.size())},
                                     {bytes_of(x),
                                      bytes_of(std::vector<float>{scale}),
                                      {zero},
                                      std::vector<uint8_t>(x.size())}});
          }
        cases.push_back(std::move(test));
      }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
