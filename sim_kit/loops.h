//===- loops.h - Strided loops over elements -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What instructions of units with explicit memories do to their operands, which
// are strided boxes of elements. Callers have checked that all bytes exist.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"
#include "sim_kit/byte_box.h"

#include <vector>

namespace landfall::sim_kit {

/// The most operands that one loop walks over.
inline constexpr size_t max_operands = 4;

/// One dimension, outermost first; strides in bytes, by the operand's number.
struct Loop {
  uint64_t count = 1;
  std::array<int64_t, max_operands> strides = {};
  /// Elements of zeros around a copy's destination; 0 in all other loops.
  uint64_t before = 0, after = 0;
};
using Loops = std::span<const Loop>;

/// Calls `visit` for each point with the offsets of all operands, which begin
/// at `offsets`.
template <typename Visit>
void walk(Loops loops, std::array<int64_t, max_operands> offsets,
          const Visit &visit) {
  if (loops.empty())
    return visit(offsets);
  for (uint64_t k = 0; k < loops[0].count; ++k) {
    walk(loops.subspan(1), offsets, visit);
    for (size_t n = 0; n < max_operands; ++n)
      offsets[n] += loops[0].strides[n];
  }
}

/// The number of points.
uint64_t points(Loops loops);
/// The loops of one operand, as a footprint has them; with the padding.
std::vector<Stride> strides_of(Loops loops, size_t operand);

/// Where an operand of a copy is.
struct CopySide {
  uint8_t *memory = nullptr;
  int64_t offset = 0; ///< The first copied element's; with padding, the box's.
  size_t operand = 0; ///< The number of its strides.
};
/// Copies elements of `bytes` bytes, after it has set the whole destination to
/// zeros if there is padding.
void copy_elements(CopySide to, CopySide from, size_t bytes, Loops loops);
/// Writes the low bytes of `bits` to each element.
void fill_elements(CopySide to, size_t bytes, uint64_t bits, Loops loops);

/// An operation on elements of one memory: the destination's strides and place
/// have the number 0, those of sources follow. Means what
/// package/scalar_op.def says; a select's first source is a bool.
struct ElementOperation {
  ScalarOp op = ScalarOp::add;
  DType type = DType::f32; ///< Of sources.
  DType result = DType::f32;

  size_t sources() const;
  DType source_type(size_t number) const; ///< From 1 on.
};
void compute_elements(const ElementOperation &operation, uint8_t *memory,
                      const std::array<int64_t, max_operands> &places,
                      Loops loops);
/// Reduces over the last loop, whose count is at least 1; the destination (0)
/// has the others. Reals are reduced in binary64 and rounded once.
void reduce_elements(const ElementOperation &operation, uint8_t *memory,
                     const std::array<int64_t, max_operands> &places,
                     Loops loops);

/// A matrix product: sums[i, j] (+)= the sum of left[i, k] * right[k, j].
/// Elements of a row are dense; strides are between rows.
struct ProductOperand {
  DType type = DType::f32;
  uint8_t *address = nullptr;
  int64_t stride = 0;
};
struct MatrixProduct {
  uint64_t rows = 0, columns = 0, depth = 0;
  ProductOperand left, right;
  ProductOperand sums; ///< f32 or i32.
  bool adds = false;   ///< False: what `sums` held does not count.
  /// Products that are summed exactly enough (in binary64, or 64-bit integers)
  /// before the sum is rounded to its type.
  uint64_t depth_of_rounding = 1;
};
void multiply(const MatrixProduct &product);

} // namespace landfall::sim_kit
