//===- lane_math_test.cpp - Functions of a few operations -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/legalize.h"
#include "tile/run_for_test.h"

#include <cmath>

namespace landfall::tile {
namespace {

/// y[i] = op(x[i]).
Kernel function(ScalarOp op) {
  KernelMaker k(std::string(info(op).text), KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::f32, {sized(0)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.yield({k.scalar(op, DType::f32, {k.load(x, {i})})});
  return std::move(k.kernel);
}

std::vector<float> results_of(const Kernel &kernel,
                              std::vector<float> arguments) {
  std::vector<float> results(arguments.size());
  void *operands[] = {arguments.data(), results.data()};
  int64_t sizes[] = {int64_t(arguments.size())};
  EXPECT_TRUE(interpret(kernel, {operands, sizes}).ok());
  return results;
}

/// The distance in steps between neighbouring numbers.
double ulps_between(float a, float b) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  auto place = [](float x) {
    int32_t bits = std::bit_cast<int32_t>(x);
    return int64_t(bits < 0 ? INT32_MIN - bits : bits);
  };
  return std::isnan(a) || std::isnan(b) ? INFINITY
                                        : double(std::abs(place(a) - place(b)));
}

TEST(LaneMath, ErrorsAreAsStated) {
  std::mt19937 random(3);
  std::vector<float> arguments = {0.0f,    -0.0f,  INFINITY, -INFINITY, NAN,
                                  1e-45f,  1.0f,   -1.0f,    88.7f,     88.8f,
                                  -103.9f, -87.4f, 0.625f,   1e-38f,    3e38f};
  for (int k = 0; k < 40000; ++k)
    arguments.push_back(std::bit_cast<float>(uint32_t(random())));
  for (int k = 0; k < 30000; ++k)
    arguments.push_back(float(int(random() % 400001) - 200000) / 2000);
  for (auto [op, most] : {std::pair(ScalarOp::exp, 1),
                          {ScalarOp::log, 1},
                          {ScalarOp::tanh, 2},
                          {ScalarOp::erf, 2},
                          {ScalarOp::log1p, 3},
                          {ScalarOp::neg, 0},
                          {ScalarOp::abs, 0}}) {
    Capabilities chip = test_chip();
    std::erase_if(chip.operations, [&](const VectorOperation &row) {
      return row.op == op && row.type == DType::f32;
    });
    Kernel kernel = function(op), legal = legalize(kernel, chip);
    ASSERT_TRUE(verify(legal).ok()) << print(legal);
    ASSERT_TRUE(make_plan(kernel, chip).ok());
    std::vector<float> expected = results_of(kernel, arguments);
    std::vector<float> actual = results_of(legal, arguments);
    double worst = 0;
    for (size_t k = 0; k < arguments.size(); ++k) {
      double ulps = ulps_between(expected[k], actual[k]);
      ASSERT_LE(ulps, most)
          << info(op).text << " of " << arguments[k] << ": expected "
          << expected[k] << ", got " << actual[k];
      worst = std::max(worst, ulps);
    }
    EXPECT_GE(worst, most - 1) << "the bound is not tight";
  }
}

} // namespace
} // namespace landfall::tile
