//===- strided_slice.h - Every step-th element from a start -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// result[i...] = x[starts + i * steps]; the caller ensures that it is inside.
Tensor strided_slice(Tensor x, const Shape &shape, std::span<const Size> starts,
                     std::span<const Size> steps);

/// x[start : start + length] along one axis.
Tensor slice_along(Tensor x, int axis, Size start, Size length);

/// x[index] along one axis, which goes away.
Tensor pick_along(Tensor x, int axis, Size index);

} // namespace landfall::frontend
