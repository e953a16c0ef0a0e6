//===- block_weights.cpp - Weights quantised in blocks --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/block_weights.h"

#include "frontend/onnx/support/attribute_table.h"
#include "ir/table.h"

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

Tensor byte_shifts(Builder &b, int bits) {
  std::vector<uint8_t> shifts;
  for (int shift = 0; shift < 8; shift += bits)
    shifts.push_back(uint8_t(shift));
  return constant_table(b, DType::u8, shifts);
}

int known_bits(const Node &node, int64_t bits) {
  if (bits != 2 && bits != 4 && bits != 8)
    node.unsupported("weights of " + std::to_string(bits) +
                     " bits; 2, 4 and 8 are supported");
  return int(bits);
}

int packed_bits(const Node &node, std::string_view attribute) {
  return known_bits(node, node.int_attr(attribute, 4));
}

BlockWeights::BlockWeights(const Node &node, Tensor weights, Tensor scales,
                           Tensor zeros, int bits, Size rows, Size depth,
                           int64_t block)
    : bits_(bits), zeros_(zeros), block_(block) {
  node.expect(block >= 16 && (block & (block - 1)) == 0,
              "block_size must be a power of two from 16 on");
  Builder &b = node.b();
  blocks_ = ceildiv(depth, block);
  bytes_ = b.reshape(weights, {rows, blocks_, block * bits / 8});
  scales_ = b.reshape(scales, {rows, blocks_});
  shifts_ = byte_shifts(b, bits);
  if (!zeros)
    return;
  if (zeros.dtype() != DType::u8) {
    zeros_ = b.reshape(zeros, {rows, blocks_});
    return;
  }
  PackedBits packed{zeros, bits};
  packed.bytes = b.reshape(zeros, {rows, packed.bytes_of(blocks_)});
  zeros_ =
      ir::table(b, {rows, blocks_}, DType::u8, [&](std::span<const Scalar> p) {
        return packed.at(p.first(1), p[1]);
      });
}

Shape BlockWeights::inner() const { return {block_ * bits_ / 8, 8 / bits_}; }

Scalar BlockWeights::place(std::span<const Scalar> inner) const {
  int in_a_byte = 8 / bits_;
  return in_a_byte == 1 ? inner[0] : inner[0] * double(in_a_byte) + inner[1];
}

Scalar BlockWeights::integer(Scalar row, Scalar block,
                             std::span<const Scalar> inner, DType type) const {
  Scalar byte = bytes_.at({row, block, inner[0]});
  if (bits_ == 8)
    return convert(byte, type);
  Builder &b = byte.builder();
  Scalar shift = shifts_.at({inner[1]});
  Scalar mask = b.literal_int(DType::u8, (1 << bits_) - 1);
  return convert((byte >> shift) & mask, type);
}

Scalar BlockWeights::weight(Scalar integer, Scalar row, Scalar block) const {
  DType type = integer.dtype();
  Scalar centered = zeros_ ? integer - convert(zeros_.at({row, block}), type)
                           : integer - double(1 << (bits_ - 1));
  return centered * convert(scales_.at({row, block}), type);
}

} // namespace landfall::frontend
