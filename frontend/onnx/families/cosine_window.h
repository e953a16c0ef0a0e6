//===- cosine_window.h - Window functions made of cosines -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// output[n] = a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N) for n < size, where
/// N is `size`, or size - 1 if the window is symmetric (`periodic` 0).
void cosine_window_operator(Node &node, double a0, double a1, double a2 = 0);

} // namespace landfall::frontend
