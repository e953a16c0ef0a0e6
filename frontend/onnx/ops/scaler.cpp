//===- scaler.cpp - Shifts and scales each feature --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Y = (X - offset) scale, with one offset and scale for all or for each feature
static void scaler(Node &node) {
  Tensor x = node.input(0, "X");
  Builder &b = node.b();
  auto table = [&](const char *name, float otherwise) {
    return constant_table(b, DType::f32, node.floats_attr(name, {otherwise}));
  };
  Tensor offset = table("offset", 0), scale = table("scale", 1);
  DType type = x.dtype() == DType::f64 ? DType::f64 : DType::f32;
  node.output(b.elementwise({x, offset, scale}, [&](std::span<const Scalar> e) {
    Scalar shifted = convert(e[0], type) - convert(e[1], type);
    return convert(shifted * convert(e[2], type), DType::f32);
  }));
}

LANDFALL_ONNX(scaler, {"Scaler", 1, scaler, "ai.onnx.ml"})

} // namespace landfall::frontend
