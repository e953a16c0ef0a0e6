//===- permute.h - Dimensions in another order ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// result[i...] = x[j...] with j[order[k]] = i[k]
inline Tensor permute(Tensor x, std::span<const int> order) {
  Shape shape;
  for (int d : order)
    shape.push_back(x.dim(d));
  return x.builder().map(shape, x.dtype(),
                         [&](std::span<const Scalar> indices) {
                           Scalars source(indices.size());
                           for (size_t k = 0; k < order.size(); ++k)
                             source[order[k]] = indices[k];
                           return x.at(source);
                         });
}

} // namespace landfall::frontend
