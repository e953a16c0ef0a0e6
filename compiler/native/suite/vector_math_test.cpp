//===- vector_math_test.cpp - How exact the functions are -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Measures the f32 functions of compiler/kernels/lanes/vector_math.h against
// double precision, over all binades, both signs and the special values.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

struct Function {
  ScalarOp op;
  double (*exact)(double, double);
  double ulps;     ///< Promised.
  float low, high; ///< Where most of the interest is.
};

const Function functions[] = {
    {ScalarOp::exp, [](double x, double) { return std::exp(x); }, 1, -104, 89},
    {ScalarOp::log, [](double x, double) { return std::log(x); }, 1, 0, 4},
    {ScalarOp::tanh, [](double x, double) { return std::tanh(x); }, 2, -9, 9},
    {ScalarOp::erf, [](double x, double) { return std::erf(x); }, 2, -4, 4},
    {ScalarOp::sin, [](double x, double) { return std::sin(x); }, 2, -100, 100},
    {ScalarOp::cos, [](double x, double) { return std::cos(x); }, 2, -100, 100},
    {ScalarOp::pow, [](double x, double y) { return std::pow(x, y); }, 1, 0, 9},
};

Kernel kernel_of(const Function &f) {
  KernelMaker k(std::string(info(f.op).text), KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  k.input(DType::f32, {sized(0)});
  k.input(DType::f32, {sized(0)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  std::vector<NodeId> args = {k.load(0, {i})};
  if (f.op == ScalarOp::pow)
    args.push_back(k.load(1, {i}));
  k.yield({k.scalar(f.op, DType::f32, args)});
  return std::move(k.kernel);
}

/// Random bits (every binade), the interesting range, and special values.
std::vector<float> samples(const Function &f, uint32_t seed, size_t count) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> inside(f.low, f.high);
  std::vector<float> result = {0.0f,      -0.0f,   1.0f,      -1.0f,   INFINITY,
                               -INFINITY, NAN,     1e-45f,    -1e-45f, 88.7228f,
                               88.723f,   -103.9f, -87.3366f, 3e38f,   1e10f};
  while (result.size() < count) {
    result.push_back(std::bit_cast<float>(uint32_t(random())));
    result.push_back(inside(random));
  }
  return result;
}

/// In units of the f32 at the exact value.
double error_in_ulps(float got, double exact) {
  float nearest = float(exact);
  if (std::isnan(nearest) || std::isnan(got))
    return std::isnan(nearest) == std::isnan(got) ? 0 : 1e30;
  if (got == nearest)
    return 0;
  if (std::isinf(nearest) || std::isinf(got))
    return std::fabs(exact) > 3.4028e38 && std::isinf(got) == (exact > 0)
               ? 1
               : 1e30;
  int exponent = std::max(nearest == 0 ? -126 : std::ilogb(nearest), -126);
  return std::fabs(double(got) - exact) / std::ldexp(1.0, exponent - 23);
}

template <typename T> std::vector<uint8_t> bytes_of(const std::vector<T> &v) {
  auto *data = reinterpret_cast<const uint8_t *>(v.data());
  return {data, data + v.size() * sizeof(T)};
}

void check_function(const Function &f, const std::string &machine,
                    const Launch &launch, const Outcome &outcome) {
  auto at = [&](const std::vector<uint8_t> &operand, size_t e) {
    float value;
    std::memcpy(&value, operand.data() + e * sizeof(value), sizeof(value));
    return value;
  };
  double worst = 0;
  size_t where = 0;
  for (size_t e = 0; e < size_t(launch.sizes[0]); ++e) {
    double exact =
        f.exact(at(launch.operands[0], e), at(launch.operands[1], e));
    double error = error_in_ulps(at(outcome.operands[2], e), exact);
    if (error > worst) {
      worst = error;
      where = e;
    }
  }
  testing::Test::RecordProperty(std::string(info(f.op).text),
                                std::to_string(worst));
  EXPECT_LE(worst, f.ulps) << info(f.op).text << "("
                           << at(launch.operands[0], where) << ", "
                           << at(launch.operands[1], where)
                           << ") = " << at(outcome.operands[2], where) << " on "
                           << machine;
}

TEST(VectorMath, keepsItsPromises) {
  std::vector<Kernel> kernels;
  std::vector<Launch> launches;
  for (const Function &f : functions) {
    kernels.push_back(kernel_of(f));
    std::vector<float> x = samples(f, 1, 200000), y = samples(f, 2, 200000);
    launches.push_back(
        {{int64_t(x.size())}, {bytes_of(x), bytes_of(y), bytes_of(x)}});
  }
  std::vector<native::Run> runs;
  for (size_t k = 0; k < launches.size(); ++k)
    runs.push_back({k, &launches[k], true});
  for (const Outcomes &outcomes : run_everywhere(kernels, runs))
    for (size_t k = 0; k < runs.size(); ++k)
      check_function(functions[k], outcomes.machine, launches[k],
                     outcomes.runs[k]);
}

TEST(VectorMath, computesNothingOfWhatVanishes) {
  // Processors take a hundred times as long for a product that underflows, and
  // masks make most arguments of a softmax so small.
  std::vector<Kernel> kernels = {kernel_of(functions[0])};
  std::vector<float> x(1000, -1000.0F);
  x[1] = -INFINITY;
  x[2] = -104.1F;
  x[3] = 1;
  Launch launch{{int64_t(x.size())}, {bytes_of(x), bytes_of(x), bytes_of(x)}};
  std::vector<native::Run> runs = {{0, &launch, true}};
  std::feclearexcept(FE_ALL_EXCEPT);
  std::vector<Outcomes> all = run_everywhere(kernels, runs);
  EXPECT_FALSE(std::fetestexcept(FE_UNDERFLOW));
  for (const Outcomes &outcomes : all) {
    std::vector<float> y(x.size());
    std::memcpy(y.data(), outcomes.runs[0].operands[2].data(),
                y.size() * sizeof(float));
    EXPECT_NEAR(y[3], std::exp(1.0F), 1e-6) << outcomes.machine;
    y[3] = 0;
    EXPECT_EQ(y, std::vector<float>(x.size())) << outcomes.machine;
  }
}

} // namespace
} // namespace landfall::native
