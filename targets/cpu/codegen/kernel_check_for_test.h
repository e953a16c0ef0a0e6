//===- kernel_check_for_test.h - Generated code against meaning *- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only: compiles kernels for every variant that runs here, runs them
// on given data and compares all written operands with the interpreter's.
// Operands lie against pages that fault, at their end and then at their start.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace landfall::cpu {

/// One launch: sizes and the operands' contents on entry (sized by dims).
struct Launch {
  std::vector<int64_t> sizes;
  std::vector<std::vector<uint8_t>> operands;
};

struct Tolerance {
  double ulps = 0;     ///< Of the element's type; integers must be equal.
  double absolute = 0; ///< Or within this.
};

struct Case {
  Kernel kernel;
  std::vector<Launch> launches;
  Tolerance tolerance;
};

/// Compiles all cases at once and checks every launch; failures are reported
/// through GoogleTest.
void check_cases(const std::vector<Case> &cases);

/// Random contents for all operands at these sizes. Reals are in [-4, 4] with
/// a few special values if `special`; integers small, or any bits if `special`.
Launch random_launch(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random, bool special = false);

std::vector<int64_t> extents_of(const std::vector<Extent> &dims,
                                const std::vector<int64_t> &sizes);
int64_t element_count(const std::vector<Extent> &dims,
                      const std::vector<int64_t> &sizes);

} // namespace landfall::cpu
