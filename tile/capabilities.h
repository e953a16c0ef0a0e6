//===- capabilities.h - What a chip with explicit memories has -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Data from which plans are made. A chip of this kind moves data between the
// device memory (DRAM) and on-chip memories by DMA; its compute units address
// on-chip memories only. A driver fills in one Capabilities for each device; a
// code generator, one that holds for all generations of the chip: the least of
// each (plan.h says which fields a plan depends on).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <array>
#include <vector>

namespace landfall::tile {

/// What on-chip memory is used for. A chip with fewer memories gives several
/// uses parts of one memory.
enum class Space : uint8_t {
  vector,      ///< Operands and results of the vector unit.
  staging,     ///< Operands on their way to `left` and `right`.
  left,        ///< The matrix unit's operand with the rows of the result.
  right,       ///< The matrix unit's operand with the columns of the result.
  accumulator, ///< The matrix unit's results.
};
inline constexpr size_t space_count = 5;

/// Units that work at the same time. The instructions of one queue are executed
/// in order; queues are ordered by event flags alone.
enum class Queue : uint8_t { load, store, move, matrix, vector };
inline constexpr size_t queue_count = 5;

/// Elements that the matrix unit multiplies, and what it adds them up in.
struct MatrixProduct {
  DType left = DType::f32;
  DType right = DType::f32;
  DType accumulator = DType::f32;
  /// Multiply-adds per cycle, for choosing between kinds.
  int64_t per_cycle = 1;
};

/// An operation of the vector unit on elements of a type, with the meaning of
/// package/scalar_op.def.
///
/// Elements lie in on-chip memory as in a tensor: a bool is a byte, 0 or 1.
struct VectorOperation {
  ScalarOp op = ScalarOp::add;
  DType type = DType::f32; ///< The operands' type (not of a select's mask).
  /// The result's type: bool for comparisons, anything for `cast`.
  DType result = DType::f32;
};

/// Operations of f32, i32 and bool that others are made of: the least for a
/// vector unit that is to run most kernels. Of them are composed the other
/// comparisons, neg, abs, sign, exp, log, log1p, tanh, erf, pow of usual
/// exponents. A chip adds:
///
///  * casts between i32 and each integer type that tensors have in its DRAM,
///    between f32 and f16 or bf16: arithmetic is in i32 and f32
///  * sqrt, floor, ceil, round, trunc of f32, which are not composed
///  * `select` of i64 and other types that are moved but not computed with
///  * what it has besides, where that is faster than a composition (exp, neg)
///
/// Nothing is composed of i64 or f64: kernels that compute in these fall back.
std::vector<VectorOperation> basic_operations();

struct Capabilities {
  /// Bytes of each space; 0: the chip has none (no `staging`: operands are
  /// loaded to `left` and `right`; no `left`: there is no matrix unit).
  std::array<int64_t, space_count> bytes = {};
  /// Offsets in a space that data starts at are multiples of this; a power of
  /// two.
  int64_t alignment = 32;

  /// The number of each queue: those with equal numbers are one, so that work
  /// needs no flags between them.
  std::array<uint8_t, queue_count> queues = {0, 1, 2, 3, 4};
  /// The most that a flag between two queues can count (engine_backend.h), at
  /// least 4; 0: there are no flags, each call is complete when the next one
  /// begins.
  int64_t flag_limit = 0;

  /// Bytes that the device memory gives a core each cycle while all cores load,
  /// and that moves between on-chip memories move, for choosing tiles; 0: as
  /// many as it takes.
  int64_t device_bytes_per_cycle = 0;
  int64_t move_bytes_per_cycle = 0;

  /// Dimensions of the boxes of load, store, move and fill; at least 1.
  int box_dimensions = 4;
  /// The most elements of a box in one dimension; 0: no limit.
  int64_t box_limit = 0;
  /// Whether a load can surround a box with zeros.
  bool zero_padding = false;
  /// Whether loads can take their addresses from on-chip memory; if not, there
  /// are no calls of `gather`, and kernels that need them fall back.
  bool indexed_loads = false;

  /// The most calls of one core in a launch; by default their instructions take
  /// some 100 MB. What takes more is faster elsewhere.
  int64_t stream_limit = 1 << 20;

  /// Dimensions of the vector unit's operands; at least 1.
  int vector_dimensions = 1;
  /// The most elements of an operand in one dimension; 0: no limit.
  int64_t vector_limit = 0;
  /// Elements of 4 bytes per cycle, for choosing tiles.
  int64_t lanes = 1;
  std::vector<VectorOperation> operations; ///< See basic_operations.
  /// Operations of `reduce`; `result` is equal to `type`.
  /// What is not among them is joined by halves.
  std::vector<VectorOperation> reductions;

  /// Rows, columns and depth of the matrix unit's operation: sides of a product
  /// that are not multiples of it take as long as the next multiple.
  int64_t matrix_edge = 0;
  /// Factors of other types, and those that are computed from what is loaded,
  /// take part as elements of the accumulator's type, if there is a product of
  /// these; else the vector unit sums. Zero points that are subtracted from
  /// what is loaded are no computation: sums are corrected for them. Where
  /// there are products of i8 but not of u8, the vector unit lowers u8 by 128.
  std::vector<MatrixProduct> products;

  bool has(ScalarOp op, DType type, DType result) const;
  bool reduces(ScalarOp op, DType type) const;
  int64_t bytes_of(Space space) const { return bytes[size_t(space)]; }
};

} // namespace landfall::tile
