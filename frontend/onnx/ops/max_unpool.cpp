//===- max_unpool.cpp - Values back at where MaxPool found them -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {
namespace {

/// The extents of what MaxPool was given, if all of it was used.
Shape pooled_from(const Node &node, Tensor x) {
  std::vector<int64_t> kernel = node.ints_attr("kernel_shape");
  size_t rank = kernel.size();
  node.expect(static_cast<size_t>(x.rank()) == rank + 2,
              "'kernel_shape' does not fit the rank of X");
  auto strides = node.ints_attr("strides", std::vector<int64_t>(rank, 1));
  auto pads = node.ints_attr("pads", std::vector<int64_t>(2 * rank, 0));
  node.expect(strides.size() == rank && pads.size() == 2 * rank,
              "kernel_shape, strides and pads differ in length");
  Shape shape = {x.dim(0), x.dim(1)};
  for (size_t d = 0; d < rank; ++d)
    shape.push_back((x.dim(static_cast<int>(d) + 2) - 1) * strides[d] -
                    (pads[d] + pads[rank + d]) + kernel[d]);
  return shape;
}

/// Zeros, but X's elements at the flat positions I.
Tensor scattered(Builder &b, Tensor x, Tensor positions, Size count) {
  Tensor zeros = b.map({count}, x.dtype(), [&](std::span<const Scalar>) {
    return b.literal(x.dtype(), 0);
  });
  LoopsResult result{x.dtype(), {count}, zeros};
  auto body = [&](std::span<const Scalar>, std::span<const Buffer> results) {
    b.fold(x.shape(), {},
           [&](std::span<const Scalar> at, std::span<const Scalar>) {
             Scalar target = positions.at(at);
             b.check(logical_and(target >= 0, target < b.scalar(count)),
                     "MaxUnpool met an index outside its output", "index",
                     target);
             results[0].store({target}, x.at(at));
             return Scalars();
           });
  };
  return b.loops({}, {&result, 1}, body)[0];
}

// output = zeros, but X[i...] at I[i...], a flat position in the shape that
// MaxPool was given; with output_shape, that is the front corner of the output
void max_unpool(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  Tensor positions = node.input(1, "I");
  node.expect(x.rank() == positions.rank(), "X and I must have one shape");
  for (int d = 0; d < x.rank(); ++d)
    b.require(equal(x.dim(d), positions.dim(d)), "X and I must have one shape");
  Shape inner = pooled_from(node, x);
  Tensor unpooled =
      b.reshape(scattered(b, x, positions, product(inner)), inner);
  if (!node.has_input(2))
    return node.output(unpooled);
  Shape shape = sizes_operand(node, 2, "output_shape", x.rank());
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> at) {
    Scalar inside = b.literal_int(DType::boolean, 1);
    for (size_t d = 0; d < at.size(); ++d)
      inside = logical_and(inside, at[d] < b.scalar(inner[d]));
    return unpooled.at_or(at, inside, b.literal(x.dtype(), 0));
  }));
}

} // namespace

LANDFALL_ONNX(max_unpool, {"MaxUnpool", 9, max_unpool})

} // namespace landfall::frontend
