//===- label_encoder.cpp - Maps keys to values ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

namespace {

/// The attribute `name` as "_int64s", "_floats" or "_tensor".
Tensor numeric_table(const Node &node, const std::string &name) {
  Builder &b = node.b();
  if (node.has_attr(name + "_strings"))
    node.unsupported("LabelEncoder of strings");
  if (node.has_attr(name + "_int64s"))
    return constant_table(b, DType::i64, node.ints_attr(name + "_int64s"));
  if (node.has_attr(name + "_floats"))
    return constant_table(b, DType::f32, node.floats_attr(name + "_floats"));
  std::optional<ConstantData> tensor = node.tensor_attr(name + "_tensor");
  if (!tensor)
    node.invalid("neither " + name + "_int64s nor " + name + "_floats nor " +
                 name + "_tensor is given");
  return b.reshape(b.constant(*tensor), {b.constant(*tensor).element_count()});
}

/// What an unknown key maps to, of the values' type.
Tensor default_value(const Node &node, DType type) {
  Builder &b = node.b();
  if (node.has_attr("values_tensor")) {
    std::optional<ConstantData> tensor = node.tensor_attr("default_tensor");
    if (tensor)
      return one_element(node, b.constant(*tensor));
  }
  double otherwise = type == DType::i64
                         ? double(node.int_attr("default_int64", -1))
                         : node.float_attr("default_float", -0.0);
  return b.map({}, type, [&](std::span<const Scalar>) {
    return b.literal(type, otherwise);
  });
}

/// Equal, or both NaN.
Scalar same_key(Scalar a, Scalar b) {
  Scalar equal = a == b;
  if (!is_real(a.dtype()))
    return equal;
  return logical_or(equal, logical_and(is_nan(a), is_nan(b)));
}

// Y = values[k] where X = keys[k], else the default
void label_encoder(Node &node) {
  Tensor x = node.input(0, "X");
  Tensor keys = numeric_table(node, "keys");
  Tensor values = numeric_table(node, "values");
  node.expect(keys.dim(0) == values.dim(0),
              "keys and values must be equally many");
  Tensor otherwise = default_value(node, values.dtype());
  Builder &b = node.b();
  node.output(b.elementwise({x}, [&](std::span<const Scalar> e) {
    return b.fold(
        {keys.dim(0)}, {otherwise.at({})},
        [&](std::span<const Scalar> k,
            std::span<const Scalar> found) -> Scalars {
          Scalar key = convert(keys.at({k[0]}), x.dtype());
          return {select(same_key(e[0], key), values.at({k[0]}), found[0])};
        })[0];
  }));
}

// Version 1 maps between strings and their positions.
void string_label_encoder(Node &node) {
  node.unsupported("LabelEncoder of strings");
}

} // namespace

LANDFALL_ONNX(label_encoder,
              {"LabelEncoder", 1, string_label_encoder, "ai.onnx.ml"},
              {"LabelEncoder", 2, label_encoder, "ai.onnx.ml"})

} // namespace landfall::frontend
