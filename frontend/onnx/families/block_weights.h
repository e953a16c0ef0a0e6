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

/// Where the integers of a byte start: 0, bits, 2 * bits, ... as u8.
Tensor byte_shifts(Builder &b, int bits);

/// A width that PackedBits knows; others are refused.
int known_bits(const Node &node, int64_t bits);

/// The attribute `bits` as such a width.
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
  /// The extents of a block: its bytes, and the integers of a byte.
  Shape inner() const;
  /// Where the integer at `inner` indices stands in its block.
  Scalar place(std::span<const Scalar> inner) const;

  /// Inside a body: the integer at these inner indices of a row's block, as
  /// `type`. All loads are affine, and nothing is computed with the indices:
  /// so the generator of contractions takes it.
  Scalar integer(Scalar row, Scalar block, std::span<const Scalar> inner,
                 DType type) const;
  /// The weight that an integer of a row's block stands for.
  Scalar weight(Scalar integer, Scalar row, Scalar block) const;

private:
  int bits_;
  Tensor bytes_;  ///< [rows, blocks, bytes of a block]
  Tensor scales_; ///< [rows, blocks]
  Tensor zeros_;  ///< [rows, blocks]; absent: the middle of the range.
  Tensor shifts_; ///< Where the integers of a byte start: 0, bits, ...
  Size blocks_;
  int64_t block_;
};

} // namespace landfall::frontend
