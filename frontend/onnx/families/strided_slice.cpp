//===- strided_slice.cpp - Every step-th element from a start ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"

#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

Tensor strided_slice(Tensor x, const Shape &shape, std::span<const Size> starts,
                     std::span<const Size> steps) {
  Builder &b = x.builder();
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> indices) {
    Scalars source(indices.begin(), indices.end());
    for (size_t d = 0; d < source.size(); ++d) {
      if (steps[d] != Size(1))
        source[d] = source[d] * b.scalar(steps[d]);
      if (starts[d] != Size(0))
        source[d] = source[d] + b.scalar(starts[d]);
    }
    return x.at(source);
  });
}

Tensor slice_along(Tensor x, int axis, Size start, Size length) {
  if (start == Size(0) && length == x.dim(axis))
    return x;
  std::vector<Size> starts(x.rank(), 0), steps(x.rank(), 1);
  starts[axis] = start;
  return strided_slice(x, replaced(x.shape(), axis, length), starts, steps);
}

Tensor pick_along(Tensor x, int axis, Size index) {
  Builder &b = x.builder();
  return b.map(removed(x.shape(), axis), x.dtype(),
               [&](std::span<const Scalar> indices) {
                 return x.at(inserted(indices, axis, b.scalar(index)));
               });
}

} // namespace landfall::frontend
