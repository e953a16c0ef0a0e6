//===- run_for_test.h - Tiled kernels against the interpreter --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/evaluate.h"
#include "package/interpreter.h"
#include "package/kernel_for_test.h"
#include "tile/reference_backend_for_test.h"
#include "tile/tiler.h"

#include <gtest/gtest.h>

namespace landfall::tile {

/// A chip with six queues and small memories.
inline Capabilities test_chip() {
  using enum ScalarOp;
  Capabilities chip;
  chip.bytes = {24 << 10, 32 << 10, 16 << 10, 16 << 10, 16 << 10};
  chip.flag_limit = 255;
  chip.zero_padding = true;
  chip.indexed_loads = true;
  chip.vector_dimensions = 2;
  chip.lanes = 16;
  auto list = [&](std::initializer_list<ScalarOp> ops, DType type,
                  std::optional<DType> result = {}) {
    for (ScalarOp op : ops)
      chip.operations.push_back({op, type, result.value_or(type)});
  };
  for (DType type : {DType::f32, DType::i32}) {
    list({add, sub, mul, min, max, neg, abs, select}, type);
    list({eq, ne, lt, le}, type, DType::boolean);
    for (ScalarOp op : {add, min, max})
      chip.reductions.push_back({op, type, type});
  }
  list({div, sqrt, floor, ceil, round, trunc, fma}, DType::f32);
  list({bit_and, bit_or, bit_xor, bit_not, shl, shr}, DType::i32);
  list({bit_and, bit_or, bit_xor, bit_not}, DType::boolean);
  list({select}, DType::i64);
  for (DType type : {DType::f16, DType::bf16, DType::i32, DType::boolean})
    list({cast}, type, DType::f32), list({cast}, DType::f32, type);
  for (DType type : {DType::i8, DType::u8, DType::i16, DType::u16, DType::i64,
                     DType::boolean})
    list({cast}, type, DType::i32), list({cast}, DType::i32, type);
  list({bitcast}, DType::f32, DType::i32);
  list({bitcast}, DType::i32, DType::f32);
  chip.matrix_edge = 16;
  chip.products = {{DType::f32, DType::f32, DType::f32, 1024},
                   {DType::f16, DType::f16, DType::f32, 4096},
                   {DType::bf16, DType::bf16, DType::f32, 4096},
                   {DType::i8, DType::i8, DType::i32, 8192},
                   {DType::u8, DType::i8, DType::i32, 8192},
                   {DType::i8, DType::u8, DType::i32, 8192},
                   {DType::u8, DType::u8, DType::i32, 8192}};
  return chip;
}

/// The same operations on chips of other shapes: the same plans.
inline std::vector<Capabilities> test_chips() {
  Capabilities first = test_chip(), small = first, bare = first;
  // The least that a plan may count on.
  small.bytes.fill(16 << 10);
  small.flag_limit = 4;
  small.vector_limit = 64;
  small.box_limit = 100;
  small.box_dimensions = 2;
  small.vector_dimensions = 1;
  small.alignment = 64;
  small.matrix_edge = 32;
  // One queue, no staging.
  bare.bytes[size_t(Space::staging)] = 0;
  bare.queues.fill(0);
  bare.flag_limit = 0;
  bare.zero_padding = false;
  bare.vector_dimensions = 4;
  return {first, small, bare};
}

inline int64_t count_of(const std::vector<Extent> &dims,
                        const std::vector<int64_t> &sizes) {
  int64_t count = 1;
  for (const Extent &dim : dims)
    count *= dim.constant ? dim.value : sizes[size_t(dim.value)];
  return count;
}

/// A random element: a real in [-4, 4], whole if `whole`; a small integer.
inline ScalarValue random_element(DType type, bool whole,
                                  std::mt19937 &random) {
  if (!is_real(type)) {
    int64_t value = int64_t(random() % 9) - (is_signed_integer(type) ? 4 : 0);
    return integer_value(type == DType::boolean ? value % 2 : value);
  }
  double value = double(int(random() % 8193) - 4096) / 1024;
  if (whole)
    value = double(int(random() % 9) - 4);
  return real_value(
      real_to_float(type, real_from_double(type, value, Saturation::off)));
}

inline std::vector<std::vector<uint8_t>>
random_operands(const Kernel &kernel, const std::vector<int64_t> &sizes,
                bool whole, std::mt19937 &random) {
  std::vector<std::vector<uint8_t>> operands;
  for (const KernelOperand &operand : kernel.operands) {
    int64_t bytes = size_of(operand.dtype);
    int64_t count = count_of(operand.dims, sizes);
    std::vector<uint8_t> memory(size_t(count * bytes), 0x5a);
    for (int64_t i = 0; operand.read && i < count; ++i)
      store_scalar(operand.dtype, memory.data() + i * bytes,
                   random_element(operand.dtype, whole, random));
    operands.push_back(std::move(memory));
  }
  return operands;
}

struct Tolerance {
  double relative = 0, absolute = 0;
};

inline void expect_equal(const Kernel &kernel,
                         const std::vector<std::vector<uint8_t>> &expected,
                         const std::vector<std::vector<uint8_t>> &actual,
                         Tolerance tolerance, const std::string &where) {
  for (size_t k = 0; k < expected.size(); ++k) {
    DType type = kernel.operands[k].dtype;
    size_t bytes = size_t(size_of(type));
    for (size_t at = 0; at < expected[k].size(); at += bytes) {
      ScalarValue e = load_scalar(type, expected[k].data() + at);
      ScalarValue a = load_scalar(type, actual[k].data() + at);
      bool equal =
          is_real(type)
              ? e.d == a.d || (e.d != e.d && a.d != a.d) ||
                    std::abs(e.d - a.d) <=
                        tolerance.absolute + tolerance.relative * std::abs(e.d)
              : e.i == a.i;
      ASSERT_TRUE(equal) << where << ": operand " << k << " element "
                         << at / bytes << ": expected "
                         << (is_real(type) ? e.d : double(e.i)) << ", got "
                         << (is_real(type) ? a.d : double(a.i));
    }
  }
}

/// Runs the kernel on the chip, in parts; returns how many calls it took.
inline size_t run_tiled(const SharedPlan &plan, const Capabilities &chip,
                        const std::vector<int64_t> &sizes, int cores,
                        std::vector<std::vector<uint8_t>> &operands,
                        const std::string &where, double *busy = nullptr) {
  size_t calls = 0;
  double useful = 0, padded = 0;
  for (int core = cores; core-- > 0;) {
    ReferenceBackend backend(chip, operands, uint32_t(core + 1));
    Status status = run_tiler(*plan, chip, sizes, {core, cores}, backend);
    EXPECT_TRUE(status.ok())
        << where << ": " << (status ? "" : status.error().message);
    std::string error = backend.run();
    EXPECT_EQ(error, "") << where;
    calls += backend.calls();
    useful += backend.useful;
    padded += backend.padded;
  }
  if (busy && padded > 0)
    *busy = useful / padded;
  return calls;
}

/// Checks a kernel at some sizes on chips with the same plans, by one and three
/// cores.
inline void
check_kernel(const Kernel &kernel,
             const std::vector<std::vector<int64_t>> &sizes,
             Tolerance tolerance = {}, bool whole = false,
             const std::vector<Capabilities> &chips = test_chips()) {
  ASSERT_TRUE(verify(kernel).ok()) << print(kernel);
  std::mt19937 random(7);
  Result<SharedPlan> plan = make_plan(kernel, chips[0]);
  ASSERT_TRUE(plan.ok()) << kernel.name << ": " << plan.error().message;
  for (const std::vector<int64_t> &launch : sizes) {
    auto before = random_operands(kernel, launch, whole, random);
    auto expected = before;
    std::vector<void *> pointers;
    for (auto &operand : expected)
      pointers.push_back(operand.data());
    ASSERT_TRUE(interpret(kernel, {pointers, launch}).ok());
    for (size_t c = 0; c < chips.size(); ++c) {
      std::string where = fmt::format("{}({}) on chip {}", kernel.name,
                                      fmt::join(launch, ", "), c);
      auto actual = before;
      run_tiled(*plan, chips[c], launch, c == 1 ? 3 : 1, actual, where);
      expect_equal(kernel, expected, actual, tolerance, where);
      if (testing::Test::HasFailure())
        return;
    }
  }
}

} // namespace landfall::tile
