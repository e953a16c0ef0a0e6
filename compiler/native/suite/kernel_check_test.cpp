//===- kernel_check_test.cpp - Generated code against meaning -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {

namespace {

double ulp_of(DType type, double value) {
  int bits = type == DType::f64    ? 53
             : type == DType::f32  ? 24
             : type == DType::f16  ? 11
             : type == DType::bf16 ? 8
                                   : 4;
  int lowest = type == DType::f64 ? -1022 : type == DType::f16 ? -14 : -126;
  int exponent = value == 0 ? lowest : std::ilogb(value);
  return std::ldexp(1.0, std::max(exponent, lowest) - (bits - 1));
}

bool matches(DType type, ScalarValue got, ScalarValue want,
             const Tolerance &tolerance) {
  if (!is_real(type))
    return got.i == want.i;
  if (std::isnan(want.d) || std::isnan(got.d))
    return std::isnan(want.d) && std::isnan(got.d);
  if (got.d == want.d)
    return true;
  double apart = std::fabs(got.d - want.d);
  if (std::isinf(want.d) || std::isinf(got.d))
    return false;
  return apart <= tolerance.absolute ||
         apart <= tolerance.ulps * ulp_of(type, want.d);
}

std::string text(DType type, ScalarValue value) {
  return is_real(type) ? fmt::format("{:.9g}", value.d)
                       : fmt::format("{}", value.i);
}

/// One operand of a launch.
void compare(const Case &test, const std::string &machine, const Launch &launch,
             size_t operand, const uint8_t *got, const uint8_t *want) {
  const KernelOperand &o = test.kernel.operands[operand];
  int64_t count = element_count(o.dims, launch.sizes);
  int reported = 0;
  for (int64_t e = 0; e < count && reported < 5; ++e) {
    ScalarValue g = load_scalar(o.dtype, got + e * size_of(o.dtype));
    ScalarValue w = load_scalar(o.dtype, want + e * size_of(o.dtype));
    if (matches(o.dtype, g, w, test.tolerance))
      continue;
    ++reported;
    std::string inputs;
    for (size_t k = 0; k < launch.operands.size(); ++k)
      if (element_count(test.kernel.operands[k].dims, launch.sizes) == count)
        inputs +=
            " " +
            text(test.kernel.operands[k].dtype,
                 load_scalar(test.kernel.operands[k].dtype,
                             launch.operands[k].data() +
                                 e * size_of(test.kernel.operands[k].dtype)));
    ADD_FAILURE() << test.kernel.name << " (" << machine << ") operand "
                  << operand << " element " << e << " of " << count << ": got "
                  << text(o.dtype, g) << ", want " << text(o.dtype, w)
                  << "; inputs there:" << inputs << "\nsizes "
                  << fmt::format("{}", fmt::join(launch.sizes, " "));
  }
  if (reported)
    ADD_FAILURE() << print(test.kernel);
}

void check_run(const Case &test, const std::string &machine,
               const Launch &launch, const Outcome &outcome) {
  std::vector<std::vector<uint8_t>> expected = launch.operands;
  std::vector<void *> want;
  for (std::vector<uint8_t> &operand : expected)
    want.push_back(operand.data());
  Status meaning = interpret(test.kernel, {want, launch.sizes});
  EXPECT_EQ(meaning.ok(), outcome.status == 0)
      << test.kernel.name << " (" << machine
      << "): " << (meaning ? "" : meaning.error().message);
  if (!meaning)
    return;
  for (size_t k = 0; k < launch.operands.size(); ++k)
    compare(test, machine, launch, k, outcome.operands[k].data(),
            expected[k].data());
}

template <typename T> T any_of(std::mt19937 &random, std::vector<T> choices) {
  return choices[random() % choices.size()];
}

void fill_real(DType type, uint8_t *element, std::mt19937 &random,
               bool special) {
  double value = std::uniform_real_distribution<>(-4, 4)(random);
  if (special && random() % 3 == 0)
    value = any_of<double>(
        random,
        {0.0,       -0.0,  1.0,   -1.0,   0.5,     2.0,          3.0,
         1e30,      -1e30, 1e-30, 1e9,    3e9,     1e19,         -1e19,
         128.5,     255.5, -129,  1e-42,  65519.9, 65520,        INFINITY,
         -INFINITY, NAN,   88.9,  -104.5, 7.9e-8,  448,          464,
         465,       57344, 61440, 1e300,  -1e-300, 2147483648.0, 9.3e18});
  ScalarValue v;
  v.d = value;
  if (type != DType::f64)
    v.d = real_to_float(type, real_from_double(type, value, Saturation::off));
  store_scalar(type, element, v);
}

void fill(DType type, uint8_t *element, std::mt19937 &random, bool special) {
  if (is_real(type))
    return fill_real(type, element, random, special);
  int64_t value = int64_t(random() % 19) - (is_signed_integer(type) ? 9 : 0);
  if (type == DType::boolean)
    value = random() % 2;
  else if (special && random() % 2)
    value = any_of<int64_t>(random,
                            {int64_t((uint64_t(random()) << 32) | random()),
                             INT64_MIN, INT64_MAX, -1, 0, 1, 127, 128, 255,
                             32767, 65535, INT32_MIN, INT32_MAX, UINT32_MAX});
  ScalarValue v;
  v.i = type == DType::boolean ? value : wrap_integer(type, value);
  store_scalar(type, element, v);
}

} // namespace

std::vector<int64_t> extents_of(const std::vector<Extent> &dims,
                                const std::vector<int64_t> &sizes) {
  std::vector<int64_t> result;
  for (const Extent &dim : dims)
    result.push_back(dim.constant ? dim.value : sizes[dim.value]);
  return result;
}

int64_t element_count(const std::vector<Extent> &dims,
                      const std::vector<int64_t> &sizes) {
  int64_t count = 1;
  for (int64_t extent : extents_of(dims, sizes))
    count *= extent;
  return count;
}

Launch random_launch(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random, bool special) {
  Launch launch;
  for (const KernelOperand &operand : kernel.operands) {
    int64_t count = element_count(operand.dims, sizes);
    std::vector<uint8_t> bytes(size_t(count * size_of(operand.dtype)));
    for (int64_t e = 0; e < count; ++e)
      fill(operand.dtype, bytes.data() + e * size_of(operand.dtype), random,
           special);
    launch.operands.push_back(std::move(bytes));
  }
  launch.sizes = std::move(sizes);
  return launch;
}

Launch whole_numbers(const Kernel &kernel, std::vector<int64_t> sizes,
                     std::mt19937 &random) {
  Launch launch = random_launch(kernel, std::move(sizes), random);
  // Sums of integers are exact whatever the operands hold.
  bool sums_integers =
      kernel.kind == KernelClass::contraction && is_integer(kernel.accumulator);
  for (size_t o = 0; o < launch.operands.size(); ++o) {
    DType type = kernel.operands[o].dtype;
    if (sums_integers && is_integer(type) && info(type).bits == 8) {
      for (uint8_t &byte : launch.operands[o]) {
        constexpr uint8_t extremes[] = {0x00, 0x7f, 0x80, 0xff};
        byte = random() % 3 ? uint8_t(random()) : extremes[random() % 4];
      }
      continue;
    }
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

void check_cases(const std::vector<Case> &cases) {
  std::vector<Kernel> kernels;
  std::vector<Run> runs;
  for (const Case &test : cases) {
    Status good = verify(test.kernel);
    ASSERT_TRUE(good.ok()) << test.kernel.name << ": "
                           << (good ? "" : good.error().message);
    for (const Launch &launch : test.launches)
      for (bool at_end : {true, false})
        runs.push_back({kernels.size(), &launch, at_end});
    kernels.push_back(test.kernel);
  }
  for (const Outcomes &outcomes : run_everywhere(kernels, runs))
    for (size_t k = 0; k < runs.size() && !testing::Test::HasFailure(); ++k)
      check_run(cases[runs[k].kernel], outcomes.machine, *runs[k].launch,
                outcomes.runs[k]);
}

} // namespace landfall::native
