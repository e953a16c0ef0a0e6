//===- groups.h - A last dimension seen as groups ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// [..., G * C] as [..., G, C] for C = `group` elements.
inline Tensor in_groups(const Node &node, Tensor x, Size group,
                        const std::string &name) {
  node.expect(x.rank() >= 1, name + " needs a dimension");
  Size all = x.dim(-1);
  node.b().require(less(0, group), name + " needs groups of elements");
  Size count = floordiv(all, max(group, 1));
  require_equal(node.b(), count * group, all,
                name + "'s last dimension is not a multiple of its groups");
  Shape shape = replaced(x.shape(), x.rank() - 1, count);
  shape.push_back(group);
  return node.b().reshape(x, shape);
}

/// x itself, or [..., C * H] as [..., C, H] for C = attribute num_branches if
/// that is not 0.
inline Tensor in_branches(const Node &node, Tensor x, const std::string &name) {
  int64_t count = node.int_attr("num_branches", 0);
  node.expect(count >= 0, "'num_branches' must not be negative");
  if (count > 0) {
    node.expect(x.rank() >= 1, name + " needs a dimension");
    x = in_groups(node, x, floordiv(x.dim(-1), count), name);
    require_equal(node.b(), x.dim(-2), count,
                  name + "'s last dimension is not a multiple of num_branches");
  }
  node.expect(x.rank() >= 2, name + " needs branches and features");
  return x;
}

} // namespace landfall::frontend
