//===- form_fma.cpp - Sums of products with one rounding -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/form_fma.h"

#include <algorithm>

namespace landfall::analysis {

namespace {

/// Rewrites the step of one carried value, if it is a sum of products.
void fuse_step(Kernel &kernel, const Block &block, size_t value) {
  Node &sum = kernel.nodes[block.yields[value]];
  NodeId carried = block.params[value + 1];
  if (sum.kind != NodeKind::scalar || sum.op != ScalarOp::add ||
      (sum.type != DType::f32 && sum.type != DType::f64))
    return;
  auto place = std::find(sum.args.begin(), sum.args.end(), carried);
  if (place == sum.args.end())
    return;
  NodeId term = sum.args[place == sum.args.begin() ? 1 : 0];
  const Node &product = kernel.nodes[term];
  if (product.kind != NodeKind::scalar || product.op != ScalarOp::mul ||
      std::find(product.args.begin(), product.args.end(), carried) !=
          product.args.end())
    return;
  sum.op = ScalarOp::fma;
  sum.args = {product.args[0], product.args[1], carried};
}

} // namespace

Kernel form_fma(Kernel kernel) {
  for (NodeId id = 0; id < kernel.nodes.size(); ++id) {
    if (kernel.nodes[id].kind != NodeKind::loop)
      continue;
    const Block &block = kernel.nodes[id].blocks[0];
    for (size_t value = 0; value < block.yields.size(); ++value)
      fuse_step(kernel, block, value);
  }
  return kernel;
}

} // namespace landfall::analysis
