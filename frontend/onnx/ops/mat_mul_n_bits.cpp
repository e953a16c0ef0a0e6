//===- mat_mul_n_bits.cpp - ONNX Runtime's MatMulNBits --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[..., n] = bias[n] + sum over k of A[..., k] * (B[n, k] - zero) * scale,
// with a scale and a zero point for each block of block_size elements of a row
// of B. B's integers have `bits` bits. g_idx[k], if present, is the block of k.
// With accuracy_level 4, A is first rounded to int8 multiples of a scale for
// each block, as ONNX Runtime has it: a model may have been tuned to that.
//
//===----------------------------------------------------------------------===//

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
Tensor groups_of(Node &node, Size blocks, Size depth) {
  Tensor groups = node.optional_input(4, "g_idx", 1);
  if (!groups)
    return {};
  node.b().require(1 - less(groups.dim(0), depth),
                   "g_idx needs one entry for each of B's K columns");
  return CheckedIndex(node, groups, {&blocks, 1},
                      CheckedIndex::Negative::refused)
      .tensor();
}

} // namespace

static void mat_mul_n_bits(Node &node) {
  Builder &b = node.b();
  if (node.int_attr("weight_prepacked", 0) != 0)
    node.unsupported("weights packed for one kind of GPU; export the model "
                     "with weight_prepacked = 0");
  Tensor a = node.input(0, "A");
  Size rows = node.int_attr("N"), depth = node.int_attr("K");
  node.expect(a.rank() >= 1, "A needs a dimension");
  require_equal(b, a.dim(-1), depth, "A's last dimension must be K");
  BlockWeights weights(node, node.input(1, "B"), node.input(2, "scales"),
                       node.optional_input(3, "zero_points"),
                       packed_bits(node, "bits"), rows, depth,
                       node.int_attr("block_size"));
  DType type = a.dtype();
  Tensor zeros = node.optional_input(3, "zero_points");
  Rounded rounded;
  if (node.int_attr("accuracy_level", 0) == 4 &&
      !(zeros && is_real(zeros.dtype())))
    rounded = rounded_to_int8(b, a, weights.blocks(), weights.block());
  Tensor bias = node.optional_input(5, "bias");
  if (bias)
    require_list(node, bias, "bias", rows);
  Contraction c;
  c.shape = replaced(a.shape(), a.rank() - 1, rows);
  c.accumulator = compute_type(type);
  if (Tensor groups = groups_of(node, weights.blocks(), depth))
    sum_by_group(c, rounded.stored ? real(b, rounded, weights.block()) : a,
                 weights, groups);
  else
    sum_over_depth(c, a, rounded, weights);
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    if (bias)
      sum = sum + convert(bias.at({p.back()}), sum.dtype());
    return convert(sum, type);
  };
  node.output(b.contract(c));
}

LANDFALL_ONNX(mat_mul_n_bits,
              {"MatMulNBits", 1, mat_mul_n_bits, "com.microsoft"})

} // namespace landfall::frontend
