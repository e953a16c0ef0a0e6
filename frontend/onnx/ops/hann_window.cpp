//===- hann_window.cpp - Hann's window --------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cosine_window.h"

namespace landfall::frontend {

// output[n] = 1/2 - 1/2 cos(2 pi n / N)
static void hann_window(Node &node) { cosine_window_operator(node, 0.5, 0.5); }

LANDFALL_ONNX(hann_window, {"HannWindow", 17, hann_window})

} // namespace landfall::frontend
