//===- native_suite_for_test.h - What native code has to pass ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. The tests of this folder run in the test program of every
// native target: they compile kernels, run them on given data and compare all
// written operands with the interpreter's. The target's own test file says how
// kernels are compiled and run (`run_everywhere`).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace landfall::native {

/// One launch: sizes and the operands' contents on entry (sized by dims).
struct Launch {
  std::vector<int64_t> sizes;
  std::vector<std::vector<uint8_t>> operands;
};

struct Tolerance {
  double ulps = 0; ///< In ulps of the element's type; integers must be equal.
  double absolute = 0; ///< Or within this.
};

struct Case {
  Kernel kernel;
  std::vector<Launch> launches;
  Tolerance tolerance;
};

//===--- What the target's test file provides -----------------------------===//

/// A launch of one of the kernels. Each operand lies against pages that fault:
/// its last byte before one if `at_end`, else its first byte behind one.
struct Run {
  size_t kernel;
  const Launch *launch;
  bool at_end;
};

struct Outcome {
  int64_t status = 0; ///< 0, or 1 + the failed check.
  std::vector<std::vector<uint8_t>> operands;
};

/// All runs' outcomes on one machine.
struct Outcomes {
  std::string machine;
  std::vector<Outcome> runs;
};

/// Compiles the kernels together and runs them on every machine that can be had
/// here (maybe none). Tasks are done from the last to the first, one or two at
/// a time. Failures are reported through GoogleTest.
std::vector<Outcomes> run_everywhere(const std::vector<Kernel> &kernels,
                                     std::span<const Run> runs);
/// How far double-precision services may be off, in units of the last place,
/// from the C library's.
extern const double service_ulps;
/// Whether machines are simulated, which takes a hundred times as long: what is
/// large for the sake of a real machine's caches and tasks is left out.
extern const bool is_simulated;

//===--- What tests say ---------------------------------------------------===//

/// Checks every launch of all cases; failures are reported through GoogleTest.
void check_cases(const std::vector<Case> &cases);

/// Random contents for all operands at these sizes. Reals are in [-4, 4] with
/// a few special values if `special`; integers small, or any bits if `special`.
Launch random_launch(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random, bool special = false);

/// The same with small integers in reals, too: sums of their products are exact
/// in every type, so that the order of summation does not show.
Launch whole_numbers(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random);

/// A case of one such launch, of a kernel that comes with its sizes.
template <typename Made> Case exact_case(Made made, std::mt19937 &random) {
  Case result{std::move(made.kernel), {}, {}};
  result.launches = {whole_numbers(result.kernel, made.sizes, random)};
  return result;
}

std::vector<int64_t> extents_of(const std::vector<Extent> &dims,
                                const std::vector<int64_t> &sizes);
int64_t element_count(const std::vector<Extent> &dims,
                      const std::vector<int64_t> &sizes);

} // namespace landfall::native
