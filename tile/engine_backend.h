//===- engine_backend.h - Instructions of a chip, abstractly ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What the tiler (tiler.h) calls to have a kernel's tiles computed. A chip's
// driver implements it: each call becomes one instruction, or a few, of the
// queue that its structure names. The fewer, the better: a control unit that
// dispatches in order is stopped by the first full queue, so a product that is
// hundreds of instructions keeps the loads of the next one from starting. Calls
// come in program order. Their operands
// satisfy the limits in Capabilities; nothing else about them is guaranteed:
// addresses in a space are multiples of an element's size, not of a vector.
//
// All strides are in bytes and may be 0 (the same element again) or negative.
// A destination's elements do not overlap each other. A destination is a source
// of the same call either in all elements, at the same place and strides, or in
// none.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/capabilities.h"

namespace landfall::tile {

/// The most dimensions of a box or a vector operand, whatever the chip.
inline constexpr int max_dimensions = 4;

/// A place in on-chip memory: bytes from the space's start.
struct Place {
  Space space = Space::vector;
  int64_t offset = 0;
};

/// A place in device memory: bytes from the first element of the kernel's
/// operand. The addresses of operands are not known to the tiler, so that the
/// instructions of one shape serve every launch of that shape.
struct DevicePlace {
  uint32_t operand = 0;
  int64_t offset = 0;
};

/// One dimension of a copied box, outermost first. In the destination, `before`
/// and `after` elements of zero bytes surround the `count` copied ones (loads
/// only; `Capabilities::zero_padding`). Where a dimension has them, so have its
/// corners: the destination is a box of before + count + after elements in each
/// dimension, and all that is not copied is zero. `count` may be 0 then.
struct BoxDimension {
  int64_t count = 1;
  int64_t source_stride = 0;
  int64_t destination_stride = 0;
  int64_t before = 0;
  int64_t after = 0;
};

/// Elements of 1, 2, 4 or 8 bytes in up to max_dimensions dimensions.
struct Box {
  int64_t element_bytes = 4;
  int rank = 0; ///< 0: one element.
  std::array<BoxDimension, max_dimensions> dimensions;
};

/// Device memory to `vector`, `staging`, `left` or `right`. Queue load. The
/// source is the first copied element; the destination, the first element with
/// padding.
struct LoadCall {
  DevicePlace source;
  Place destination;
  Box box;
};

/// `vector` to device memory. Queue store.
struct StoreCall {
  Place source;
  DevicePlace destination;
  Box box;
};

/// On-chip memory to on-chip memory: `staging` to `left` or `right`,
/// `accumulator` to `vector`, `vector` to `vector` or `staging`, on chips
/// without `staging` to `left` or `right`. Queue move.
struct MoveCall {
  Place source;
  Place destination;
  Box box;
};

/// Writes the low bytes of `bits` to each element. Queue vector for the space
/// `vector`, else queue move. Source strides are unused.
struct FillCall {
  Place destination;
  uint64_t bits = 0;
  Box box;
};

/// A matrix in on-chip memory: element (i, j) is at
/// offset + i * row_stride + j * (an element's size).
struct Matrix {
  Place place;
  int64_t row_stride = 0;
};

/// accumulator[i, j] = (adds ? accumulator[i, j] : 0) + the sum over k < depth
/// of left[i, k] * right[k, j], for i < rows, j < columns. Reals: products are
/// exact, sums round in the accumulator's type, in any order; integers wrap.
/// Queue matrix. rows, columns and depth are at least 1 and need not be
/// multiples of the edge.
struct MultiplyCall {
  MatrixProduct product;
  int64_t rows = 1, columns = 1, depth = 1;
  Matrix left, right, accumulator;
  bool adds = false;
};

/// An operand of the vector unit, in `vector`: element (i, j, ...) is at
/// offset + i * strides[0] + j * strides[1] + ...
struct VectorOperand {
  Place place;
  std::array<int64_t, max_dimensions> strides = {};
};

/// destination = op(sources...), element by element; op's meaning is that of
/// package/scalar_op.def (`evaluate`). select: sources[0] is a mask of bools.
/// Queue vector.
struct VectorCall {
  VectorOperation operation;
  int rank = 0; ///< 0: one element.
  std::array<int64_t, max_dimensions> counts = {};
  VectorOperand destination;
  int source_count = 1;
  std::array<VectorOperand, 3> sources;
};

/// destination[i...] = source[i..., 0] op source[i..., 1] op ... over the last
/// dimension, whose count is at least 1: in any order. The destination's last
/// stride is unused. Queue vector. Where source and destination overlap, they
/// do not begin at different places of one row.
struct ReduceCall {
  ScalarOp op = ScalarOp::add;
  DType type = DType::f32;
  int rank = 1; ///< Including the last dimension.
  std::array<int64_t, max_dimensions> counts = {};
  VectorOperand destination;
  VectorOperand source;
};

/// destination[i] = first + i * step, for i < count: dense i32 in `vector`.
/// Queue vector.
struct RampCall {
  Place destination;
  int64_t first = 0, step = 1;
  int64_t count = 1;
};

/// Copies `count` blocks of `block_bytes`: block i comes from the operand at
/// offset + indices[i] * index_bytes and lies densely behind block i - 1.
/// `indices` are dense i32 in `vector`. Queue load. Only on chips with
/// Capabilities::indexed_loads.
struct GatherCall {
  DevicePlace source;
  int64_t index_bytes = 0;
  int64_t block_bytes = 0;
  int64_t count = 1;
  Place indices;
  Place destination; ///< In `vector`.
};

/// Receives the instructions of one core. Calls return nothing: what a backend
/// cannot hold (a full command buffer) it keeps to itself until it is asked.
class EngineBackend {
public:
  virtual ~EngineBackend() = default;
  virtual void load(const LoadCall &call) = 0;
  virtual void store(const StoreCall &call) = 0;
  virtual void move(const MoveCall &call) = 0;
  virtual void fill(const FillCall &call) = 0;
  virtual void multiply(const MultiplyCall &call) = 0;
  virtual void vector(const VectorCall &call) = 0;
  virtual void reduce(const ReduceCall &call) = 0;
  virtual void ramp(const RampCall &call) = 0;
  virtual void gather(const GatherCall &call) = 0;

  // Flags: a counter for each ordered pair of queues (numbers in
  // Capabilities::queues), 0 at first and at the end of a stream.
  /// Queue `from`: adds 1 to the counter once all of its earlier work is
  /// complete and visible.
  virtual void set(uint8_t from, uint8_t to) = 0;
  /// Queue `to`: begins nothing later until the counter is not 0, then takes 1.
  virtual void wait(uint8_t from, uint8_t to) = 0;
};

} // namespace landfall::tile
