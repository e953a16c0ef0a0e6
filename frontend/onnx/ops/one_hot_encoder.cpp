//===- one_hot_encoder.cpp - One column for each category -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {
namespace {

Tensor categories(const Node &node, bool are_texts) {
  Builder &b = node.b();
  bool given_texts = node.has_attr("cats_strings");
  node.expect(given_texts == are_texts,
              are_texts ? "X holds strings, so `cats_strings` is needed"
                        : "X holds numbers, so `cats_int64s` is needed");
  if (are_texts)
    return constant_table(b, node.strings_attr("cats_strings"));
  return constant_table(b, DType::i64, node.ints_attr("cats_int64s"));
}

/// x, once all its elements are known to be categories.
Tensor checked(Builder &b, Tensor x, Tensor categories) {
  LoopsResult result{x.dtype(), x.shape(), {}};
  return b.loops(
      x.shape(), {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> copy) {
        Scalar element = x.at(at);
        Scalar value = convert(element, categories.dtype());
        Scalar found = b.fold(
            {categories.dim(0)}, {b.literal_int(DType::boolean, 0)},
            [&](std::span<const Scalar> k, std::span<const Scalar> so_far) {
              Scalar same = value == categories.at({k[0]});
              return Scalars{logical_or(so_far[0], same)};
            })[0];
        b.check(found, "an element of X is none of the categories");
        copy[0].store(at, element);
      })[0];
}

// Y[..., k] = 1 if X[...] is the category number k, else 0; with zeros = 0, X
// must hold categories only
void one_hot_encoder(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  Tensor table = categories(node, x.dtype() == DType::string);
  if (!node.flag_attr("zeros", true))
    x = checked(b, x, table);
  Shape shape = x.shape();
  shape.push_back(table.dim(0));
  node.output(b.map(shape, DType::f32, [&](std::span<const Scalar> i) {
    Scalar value = convert(x.at(i.first(i.size() - 1)), table.dtype());
    return cast(value == table.at({i.back()}), DType::f32);
  }));
}

} // namespace

LANDFALL_ONNX(one_hot_encoder,
              {"OneHotEncoder", 1, one_hot_encoder, "ai.onnx.ml"})

} // namespace landfall::frontend
