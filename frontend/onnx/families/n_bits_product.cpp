//===- n_bits_product.cpp - Products with integers of few bits ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/n_bits_product.h"

#include "frontend/onnx/families/block_sum.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/parameter_shape.h"
#include "ir/table.h"

namespace landfall::frontend {

namespace {

/// The same where the block whose scale and zero point serve k is groups[k].
void sum_by_group(Contraction &c, Tensor a, const BlockWeights &weights,
                  Tensor groups) {
  DType type = c.accumulator;
  double block = double(weights.block());
  c.reduce = {a.dim(-1)};
  c.factors = [=](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar left = a.at(joined(p.first(p.size() - 1), k));
    Scalar count = k[0].builder().scalar(weights.inner()[1]);
    Scalar in_block = k[0] % block;
    Scalar inner[] = {in_block / count, in_block % count};
    Scalar integer = weights.integer(p.back(), k[0] / block, inner, type);
    return std::pair(convert(left, type),
                     weights.weight(integer, p.back(), groups.at({k[0]})));
  };
}

/// The real numbers that a was rounded to.
Tensor real(Builder &b, const Rounded &rounded, int64_t block) {
  DType type = rounded.scales.dtype();
  return ir::table(
      b, rounded.stored.shape(), type, [&](std::span<const Scalar> p) {
        Scalars at(p.begin(), p.end());
        at.back() = at.back() / double(block);
        return convert(rounded.stored.at(p), type) * rounded.scales.at(at);
      });
}

/// g_idx, checked.
Tensor checked_groups(const Node &node, Tensor groups, Size blocks,
                      Size depth) {
  node.b().require(1 - less(groups.dim(0), depth),
                   "g_idx needs one entry for each of B's K columns");
  return CheckedIndex(node, groups, {&blocks, 1},
                      CheckedIndex::Negative::refused)
      .tensor();
}

} // namespace

Tensor n_bits_product(const Node &node, Tensor a, const NBitsProduct &product) {
  Builder &b = node.b();
  node.expect(a.rank() >= 1, "A needs a dimension");
  require_equal(b, a.dim(-1), product.depth, "A's last dimension must be K");
  BlockWeights weights(node, product.weights, product.scales, product.zeros,
                       known_bits(node, product.bits), product.rows,
                       product.depth, product.block);
  DType type = a.dtype();
  bool real_zeros = product.zeros && is_real(product.zeros.dtype());
  Rounded rounded;
  if (product.accuracy == 4 && !real_zeros)
    rounded = rounded_to_int8(b, a, weights.blocks(), weights.block());
  if (product.bias)
    require_list(node, product.bias, "bias", product.rows);
  Contraction c;
  c.shape = replaced(a.shape(), a.rank() - 1, product.rows);
  c.accumulator = compute_type(type);
  if (product.groups)
    sum_by_group(
        c, rounded.stored ? real(b, rounded, weights.block()) : a, weights,
        checked_groups(node, product.groups, weights.blocks(), product.depth));
  else
    sum_over_depth(c, a, rounded, weights);
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    if (product.bias)
      sum = sum + convert(product.bias.at({p.back()}), sum.dtype());
    return convert(sum, type);
  };
  return b.contract(c);
}

} // namespace landfall::frontend
