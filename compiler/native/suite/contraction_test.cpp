//===- contraction_test.cpp - Contractions against their meaning ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small integers, so that sums are exact in every type and the
// order of summation does not show.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_generator.h"
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "compiler/native/suite/native_suite_for_test.h"

#include <gtest/gtest.h>

namespace landfall::native {
namespace {

Launch whole_numbers(const Kernel &kernel, const std::vector<int64_t> &sizes,
                     std::mt19937 &random) {
  Launch launch = random_launch(kernel, sizes, random);
  for (size_t o = 0; o < launch.operands.size(); ++o) {
    DType type = kernel.operands[o].dtype;
    for (size_t at = 0; at < launch.operands[o].size();
         at += size_t(size_of(type))) {
      int value = int(random() % 7) - (is_unsigned_integer(type) ? 0 : 3);
      ScalarValue scalar;
      if (is_real(type))
        scalar.d = value;
      else
        scalar.i = value;
      store_scalar(type, launch.operands[o].data() + at, scalar);
    }
  }
  return launch;
}

Case exact_case(kernels::ContractionCase made, std::mt19937 &random) {
  Case result{std::move(made.kernel), {}, {}};
  result.launches = {whole_numbers(result.kernel, made.sizes, random)};
  return result;
}

TEST(Contraction, randomOnes) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    kernels::RandomContraction make(seed);
    std::vector<Case> cases;
    for (int k = 0; k < 12; ++k)
      cases.push_back(exact_case(make(), make.random()));
    check_cases(cases);
    if (HasFailure())
      return;
  }
}

/// One kernel of run-time sizes meets every way of summing.
TEST(Contraction, everyWayInOneKernel) {
  std::mt19937 random(7);
  std::vector<Case> cases;
  for (bool transposed : {false, true}) {
    kernels::MatmulShape shape{.transpose_b = transposed,
                               .finish = kernels::Finish::bias_relu};
    Kernel kernel = kernels::make_matmul(shape, [] { return true; }).kernel;
    Case test{std::move(kernel), {}, {}};
    for (const std::vector<int64_t> &sizes :
         std::vector<std::vector<int64_t>>{{1, 300, 70},
                                           {3, 200, 600},
                                           {9, 150, 33},
                                           {13, 64, 20},
                                           {70, 1, 100},
                                           {50, 3, 600},
                                           {29, 17, 0},
                                           {0, 5, 5},
                                           {5, 0, 5},
                                           {40, 90, 257},
                                           {1, 1, 1},
                                           {450, 40, 8},
                                           {14, 2100, 8},
                                           {24, 1111, 250}})
      test.launches.push_back(whole_numbers(test.kernel, sizes, random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

/// Real numbers: the sum's rounding errors stay small.
TEST(Contraction, rounds) {
  std::mt19937 random(8);
  kernels::MatmulShape shape{.rows = 30, .lanes = 40, .depth = 1000};
  kernels::ContractionCase made =
      kernels::make_matmul(shape, [] { return false; });
  Case test{std::move(made.kernel), {}, {.ulps = 64, .absolute = 2e-2}};
  test.launches = {random_launch(test.kernel, {}, random)};
  check_cases({test});
}

} // namespace
} // namespace landfall::native
