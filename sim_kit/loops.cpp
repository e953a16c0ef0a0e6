//===- loops.cpp - Strided loops over elements ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/loops.h"
#include "package/evaluate.h"

#include <cstring>

namespace landfall::sim_kit {

uint64_t points(Loops loops) {
  uint64_t count = 1;
  for (const Loop &loop : loops)
    count *= loop.count;
  return count;
}

std::vector<Stride> strides_of(Loops loops, size_t operand) {
  std::vector<Stride> list;
  for (const Loop &loop : loops)
    list.push_back(
        {loop.count + loop.before + loop.after, loop.strides[operand]});
  return list;
}

void fill_elements(CopySide to, size_t bytes, uint64_t bits, Loops loops) {
  std::array<int64_t, max_operands> offsets = {};
  offsets[to.operand] = to.offset;
  walk(loops, offsets, [&](const auto &at) {
    std::memcpy(to.memory + at[to.operand], &bits, bytes);
  });
}

void copy_elements(CopySide to, CopySide from, size_t bytes, Loops loops) {
  std::vector<Loop> left(loops.begin(), loops.end());
  std::vector<Loop> padded = left;
  std::array<int64_t, max_operands> offsets = {};
  offsets[from.operand] = from.offset;
  offsets[to.operand] = to.offset;
  for (Loop &loop : padded) {
    offsets[to.operand] += int64_t(loop.before) * loop.strides[to.operand];
    loop.count += loop.before + loop.after;
  }
  if (points(padded) > points(left))
    fill_elements(to, bytes, 0, padded);
  // Elements without gaps on both sides are copied at once.
  while (!left.empty() && left.back().strides[to.operand] == int64_t(bytes) &&
         left.back().strides[from.operand] == int64_t(bytes)) {
    bytes *= left.back().count;
    left.pop_back();
  }
  walk(left, offsets, [&](const auto &at) {
    std::memmove(to.memory + at[to.operand], from.memory + at[from.operand],
                 bytes);
  });
}

size_t ElementOperation::sources() const { return info(op).arity; }

DType ElementOperation::source_type(size_t number) const {
  return op == ScalarOp::select && number == 1 ? DType::boolean : type;
}

void compute_elements(const ElementOperation &operation, uint8_t *memory,
                      const std::array<int64_t, max_operands> &places,
                      Loops loops) {
  Operation apply =
      resolve(operation.op, operation.result, operation.type, Precision::exact);
  size_t sources = operation.sources();
  walk(loops, places, [&](const auto &at) {
    ScalarValue values[max_operands - 1] = {};
    for (size_t k = 1; k <= sources; ++k)
      values[k - 1] = load_scalar(operation.source_type(k), memory + at[k]);
    store_scalar(operation.result, memory + at[0],
                 apply(values[0], values[1], values[2]));
  });
}

void reduce_elements(const ElementOperation &operation, uint8_t *memory,
                     const std::array<int64_t, max_operands> &places,
                     Loops loops) {
  DType wide = is_real(operation.type) ? DType::f64 : operation.type;
  Operation apply = resolve(operation.op, wide, wide, Precision::exact);
  const Loop &last = loops.back();
  walk(loops.first(loops.size() - 1), places, [&](const auto &at) {
    const uint8_t *from = memory + at[1];
    ScalarValue sum = load_scalar(operation.type, from);
    for (uint64_t k = 1; k < last.count; ++k)
      sum = apply(
          sum, load_scalar(operation.type, from + int64_t(k) * last.strides[1]),
          {});
    store_scalar(operation.result, memory + at[0], sum);
  });
}

namespace {

double rounded(double sum) { return double(float(sum)); }
int64_t rounded(int64_t sum) { return int32_t(sum); }
double value_of(ScalarValue value, double) { return value.d; }
int64_t value_of(ScalarValue value, int64_t) { return value.i; }
ScalarValue scalar(double value) { return real_value(value); }
ScalarValue scalar(int64_t value) { return integer_value(value); }

/// `count` dense elements.
template <typename Sum>
void load_row(const ProductOperand &operand, uint64_t row, uint64_t count,
              Sum *values) {
  const uint8_t *from = operand.address + int64_t(row) * operand.stride;
  for (uint64_t k = 0; k < count; ++k)
    values[k] = value_of(
        load_scalar(operand.type, from + k * size_of(operand.type)), Sum());
}

template <typename Sum> void multiply_as(const MatrixProduct &product) {
  uint64_t columns = product.columns, depth = product.depth;
  std::vector<Sum> right(depth * columns), left(depth), row(columns);
  for (uint64_t k = 0; k < depth; ++k)
    load_row(product.right, k, columns, right.data() + k * columns);
  for (uint64_t i = 0; i < product.rows; ++i) {
    load_row(product.left, i, depth, left.data());
    row.assign(columns, Sum());
    if (product.adds)
      load_row(product.sums, i, columns, row.data());
    for (uint64_t k = 0; k < depth; ++k) {
      for (uint64_t j = 0; j < columns; ++j)
        row[j] += left[k] * right[k * columns + j];
      if ((k + 1) % product.depth_of_rounding == 0 || k + 1 == depth)
        for (Sum &sum : row)
          sum = rounded(sum);
    }
    uint8_t *out = product.sums.address + int64_t(i) * product.sums.stride;
    for (uint64_t j = 0; j < columns; ++j)
      store_scalar(product.sums.type, out + j * size_of(product.sums.type),
                   scalar(row[j]));
  }
}

} // namespace

void multiply(const MatrixProduct &product) {
  if (is_real(product.sums.type))
    multiply_as<double>(product);
  else
    multiply_as<int64_t>(product);
}

} // namespace landfall::sim_kit
