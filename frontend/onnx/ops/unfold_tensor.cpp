//===- unfold_tensor.cpp - ONNX Runtime's UnfoldTensor --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// output[..., i, ..., k] = input[..., i * step + k, ...] along dimension `dim`,
// with k < size
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

static void unfold_tensor(Node &node) {
  Builder &b = node.b();
  Tensor input = node.input(0, "input");
  node.expect(input.rank() >= 1, "input needs a dimension");
  int dim = node.axis(node.int_attr("dim", -1), input.rank());
  int64_t size = node.int_attr("size"), step = node.int_attr("step", 1);
  node.expect(size >= 1 && step >= 1, "size and step must be positive");
  b.require(1 - less(input.dim(dim), size), "a slice exceeds the dimension");
  Size count = floordiv(input.dim(dim) - size, step) + 1;
  Shape shape = replaced(input.shape(), dim, count);
  shape.push_back(size);
  node.output(b.map(shape, input.dtype(), [&](std::span<const Scalar> p) {
    Scalars at(p.begin(), p.end() - 1);
    at[dim] = at[dim] * double(step) + p.back();
    return input.at(at);
  }));
}

LANDFALL_ONNX(unfold_tensor,
              {"UnfoldTensor", 1, unfold_tensor, "com.microsoft"})

} // namespace landfall::frontend
