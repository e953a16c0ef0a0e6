//===- block_weights.h - Weights quantised in blocks ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// Unsigned integers of 2, 4 or 8 bits, packed along the last dimension of a
/// tensor of bytes, the first one in the lowest bits.
struct PackedBits {
  Tensor bytes;
  int bits;

  int64_t per_byte() const { return 8 / bits; }
  /// Bytes that `count` integers take.
  Size bytes_of(Size count) const { return ceildiv(count, per_byte()); }
  /// Inside a body: integer number `position` of the row `head`, u8.
  Scalar at(std::span<const Scalar> head, Scalar position) const;
};

/// The attribute `bits` as a width that PackedBits knows.
int packed_bits(const Node &node, std::string_view attribute);

/// Weights [rows, depth] with a scale and a zero point for each block of
/// `block` elements along a row, as MatMulNBits has them.
class BlockWeights {
public:
  /// `weights` are bytes [rows, blocks, bytes of a block] in any shape with
  /// these elements, `scales` one for each block. `zeros` are absent (the
  /// middle of the range), packed bytes or of the scales' type.
  BlockWeights(const Node &node, Tensor weights, Tensor scales, Tensor zeros,
               int bits, Size rows, Size depth, int64_t block);

  Size blocks() const { return blocks_; }
  int64_t block() const { return block_; }
  /// Inside a body: the weight at (row, k), which is in `block`, as `type`.
  Scalar at(Scalar row, Scalar block, Scalar k, DType type) const;

private:
  PackedBits weights_;
  Tensor scales_, real_zeros_;
  PackedBits packed_zeros_;
  Size blocks_;
  int64_t block_;
};

} // namespace landfall::frontend
