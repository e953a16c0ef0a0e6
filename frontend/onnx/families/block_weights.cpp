//===- block_weights.cpp - Weights quantised in blocks --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/block_weights.h"

namespace landfall::frontend {

Scalar PackedBits::at(std::span<const Scalar> head, Scalar position) const {
  Builder &b = bytes.builder();
  if (bits == 8)
    return bytes.at(joined(head, {{position}}));
  double count = double(per_byte());
  Scalar byte = bytes.at(joined(head, {{position / count}}));
  Scalar shift = cast(position % count * bits, DType::u8);
  return (byte >> shift) & b.literal_int(DType::u8, (1 << bits) - 1);
}

int packed_bits(const Node &node, std::string_view attribute) {
  int64_t bits = node.int_attr(attribute, 4);
  if (bits != 2 && bits != 4 && bits != 8)
    node.unsupported("weights of " + std::to_string(bits) +
                     " bits; 2, 4 and 8 are supported");
  return int(bits);
}

BlockWeights::BlockWeights(const Node &node, Tensor weights, Tensor scales,
                           Tensor zeros, int bits, Size rows, Size depth,
                           int64_t block)
    : weights_{weights, bits}, packed_zeros_{{}, bits}, block_(block) {
  node.expect(block >= 16 && (block & (block - 1)) == 0,
              "block_size must be a power of two from 16 on");
  Builder &b = node.b();
  blocks_ = ceildiv(depth, block);
  Size row_bytes = blocks_ * (block / weights_.per_byte());
  weights_.bytes = b.reshape(weights, {rows, row_bytes});
  scales_ = b.reshape(scales, {rows, blocks_});
  if (!zeros)
    return;
  if (zeros.dtype() == DType::u8)
    packed_zeros_.bytes =
        b.reshape(zeros, {rows, packed_zeros_.bytes_of(blocks_)});
  else
    real_zeros_ = b.reshape(zeros, {rows, blocks_});
}

Scalar BlockWeights::at(Scalar row, Scalar block, Scalar k, DType type) const {
  Scalar head[] = {row};
  Scalar stored = convert(weights_.at(head, k), type);
  if (real_zeros_)
    stored = stored - convert(real_zeros_.at({row, block}), type);
  else if (packed_zeros_.bytes)
    stored = stored - convert(packed_zeros_.at(head, block), type);
  else
    stored = stored - double(1 << (weights_.bits - 1));
  return stored * convert(scales_.at({row, block}), type);
}

} // namespace landfall::frontend
