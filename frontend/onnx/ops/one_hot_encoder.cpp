//===- one_hot_encoder.cpp - One column for each category -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// Y[..., k] = 1 if X[...] is the category number k, else 0
static void one_hot_encoder(Node &node) {
  if (!node.flag_attr("zeros", true))
    node.unsupported("OneHotEncoder that refuses unknown categories (zeros=0)");
  Tensor x = node.input(0, "X");
  Builder &b = node.b();
  Tensor table =
      node.has_attr("cats_strings")
          ? constant_table(b, node.strings_attr("cats_strings"))
          : constant_table(b, DType::i64, node.ints_attr("cats_int64s"));
  node.expect((x.dtype() == DType::string) == (table.dtype() == DType::string),
              "the categories must be strings if X is, and only then");
  Shape shape = x.shape();
  shape.push_back(table.dim(0));
  node.output(b.map(shape, DType::f32, [&](std::span<const Scalar> i) {
    Scalar value = convert(x.at(i.first(i.size() - 1)), table.dtype());
    return cast(value == table.at({i.back()}), DType::f32);
  }));
}

LANDFALL_ONNX(one_hot_encoder,
              {"OneHotEncoder", 1, one_hot_encoder, "ai.onnx.ml"})

} // namespace landfall::frontend
