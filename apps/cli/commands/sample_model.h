//===- sample_model.h - A small ONNX model, made here ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace landfall::cli {

/// A serialised ModelProto: y = Relu(MatMul(x, w)), with x: float32 N x 16 and
/// w: float32 16 x 16, w[i][j] = (i - j) / 8.
std::string sample_model();

/// x for `rows` rows: small numbers of both signs, exact in float32 as all
/// their products and sums with w are.
std::vector<float> sample_input(int rows);
/// The y that belongs to it.
std::vector<float> sample_output(int rows);

} // namespace landfall::cli
