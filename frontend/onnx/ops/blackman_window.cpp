//===- blackman_window.cpp - Blackman's window ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cosine_window.h"

namespace landfall::frontend {

// output[n] = 0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)
static void blackman_window(Node &node) {
  cosine_window_operator(node, 0.42, 0.5, 0.08);
}

LANDFALL_ONNX(blackman_window, {"BlackmanWindow", 17, blackman_window})

} // namespace landfall::frontend
