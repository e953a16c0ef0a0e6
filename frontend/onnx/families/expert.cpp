//===- expert.cpp - The layers of a mixture of experts --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/expert.h"

#include "frontend/onnx/families/block_weights.h"
#include "ir/table.h"

namespace landfall::frontend {

static void check_bias(const Node &node, Tensor weights, Tensor bias) {
  for (int d = 0; bias && d < 2; ++d)
    require_equal(node.b(), bias.dim(d), weights.dim(d),
                  "a bias needs one value for each row of an expert");
}

ExpertLayer::ExpertLayer(const Node &node, Tensor weights, Tensor bias)
    : weights_(weights), bias_(bias), depth_{weights.dim(2)} {
  check_bias(node, weights, bias);
}

ExpertLayer::ExpertLayer(const Node &node, Tensor bytes, Tensor bias, int bits,
                         Tensor scales, Tensor zeros, int64_t block)
    : bias_(bias), bits_(bits), shifts_(byte_shifts(node.b(), bits)) {
  check_bias(node, bytes, bias);
  Builder &b = node.b();
  Size experts = bytes.dim(0), rows = bytes.dim(1);
  Size blocks = 1, block_bytes = bytes.dim(2);
  if (scales.rank() == 3) {
    node.expect(block >= 16, "block_size must be at least 16");
    blocks = scales.dim(2);
    block_bytes = block * bits / 8;
  }
  weights_ = b.reshape(bytes, {experts, rows, blocks, block_bytes});
  scales_ = b.reshape(scales, {experts, rows, blocks});
  depth_ = {blocks, block_bytes, 8 / bits};
  if (!zeros)
    return;
  // Packed along the last dimension of the scales.
  PackedBits packed{zeros, bits};
  bool by_block = scales.rank() == 3;
  packed.bytes =
      by_block ? b.reshape(zeros, {experts, rows, packed.bytes_of(blocks)})
               : b.reshape(zeros, {experts, packed.bytes_of(rows)});
  zeros_ = ir::table(b, {experts, rows, blocks}, DType::u8,
                     [&](std::span<const Scalar> p) {
                       return by_block ? packed.at(p.first(2), p[2])
                                       : packed.at(p.first(1), p[1]);
                     });
}

Scalar ExpertLayer::weight(Scalar expert, Scalar row, std::span<const Scalar> k,
                           DType type) const {
  if (!bits_)
    return convert(weights_.at({expert, row, k[0]}), type);
  Builder &b = row.builder();
  Scalar byte = weights_.at({expert, row, k[0], k[1]});
  if (bits_ != 8)
    byte = (byte >> shifts_.at({k[2]})) &
           b.literal_int(DType::u8, (1 << bits_) - 1);
  Scalar integer = convert(byte, type);
  Scalar centered =
      zeros_ ? integer - convert(zeros_.at({expert, row, k[0]}), type)
             : integer - double(1 << (bits_ - 1));
  return centered * convert(scales_.at({expert, row, k[0]}), type);
}

Tensor ExpertLayer::apply(Builder &b, Size expert, Tensor x) const {
  require_equal(b, product(depth_), x.dim(0),
                "an expert's weights do not fit what they are applied to");
  Contraction c;
  c.shape = {weights_.dim(1)};
  c.reduce = depth_;
  c.accumulator = x.dtype();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar at = k[0];
    for (size_t d = 1; d < k.size(); ++d)
      at = at * b.scalar(depth_[d]) + k[d];
    return std::pair(x.at({at}), weight(b.scalar(expert), p[0], k, x.dtype()));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    if (!bias_)
      return sum;
    return sum + convert(bias_.at({b.scalar(expert), p[0]}), sum.dtype());
  };
  return b.contract(c);
}

} // namespace landfall::frontend
