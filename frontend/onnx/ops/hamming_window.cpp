//===- hamming_window.cpp - Hamming's window --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cosine_window.h"

namespace landfall::frontend {

// output[n] = 25/46 - 21/46 cos(2 pi n / N)
static void hamming_window(Node &node) {
  cosine_window_operator(node, 25.0 / 46, 21.0 / 46);
}

LANDFALL_ONNX(hamming_window, {"HammingWindow", 17, hamming_window})

} // namespace landfall::frontend
