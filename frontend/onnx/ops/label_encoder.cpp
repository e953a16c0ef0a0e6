//===- label_encoder.cpp - Maps keys to values ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/families/key_lookup.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/text_operand.h"

#include <numeric>

namespace landfall::frontend {

namespace {

template <typename T>
ConstantData list(DType dtype, const std::vector<T> &values) {
  return owned_constant<T>(dtype, {static_cast<int64_t>(values.size())},
                           values);
}

/// The attribute `name` as "_int64s", "_floats", "_strings" or "_tensor".
ConstantData list_attr(const Node &node, const std::string &name) {
  if (node.has_attr(name + "_strings"))
    return text_list(node, node.strings_attr(name + "_strings"));
  if (node.has_attr(name + "_int64s"))
    return list(DType::i64, node.ints_attr(name + "_int64s"));
  if (node.has_attr(name + "_floats"))
    return list(DType::f32, node.floats_attr(name + "_floats"));
  std::optional<ConstantData> tensor = node.tensor_attr(name + "_tensor");
  if (!tensor)
    node.invalid("none of " + name + "_int64s, " + name + "_floats, " + name +
                 "_strings and " + name + "_tensor is given");
  return *tensor;
}

/// What an unknown key maps to, of the values' type.
Tensor default_value(const Node &node, DType type) {
  Builder &b = node.b();
  if (node.has_attr("default_tensor")) {
    Tensor value =
        one_element(node, b.constant(*node.tensor_attr("default_tensor")));
    node.expect(value.dtype() == type,
                "`default_tensor` must have the values' type");
    return value;
  }
  if (type == DType::string)
    return constant_text(b, node.string_attr("default_string", "_Unused"));
  double otherwise = is_integer(type)
                         ? double(node.int_attr("default_int64", -1))
                         : node.float_attr("default_float", -0.0);
  return b.map({}, type, [&](std::span<const Scalar>) {
    return b.literal(type, otherwise);
  });
}

// Y = values[k] where X = keys[k], else the default
void label_encoder(Node &node) {
  Tensor x = node.input(0, "X");
  ConstantData keys = list_attr(node, "keys");
  ConstantData values = list_attr(node, "values");
  node.output(
      look_up(node, x, keys, values, default_value(node, values.dtype)));
}

// Y = k where X = classes_strings[k], or classes_strings[X]; else the default
void position_encoder(Node &node) {
  Tensor x = node.input(0, "X");
  ConstantData classes = text_list(node, node.strings_attr("classes_strings"));
  std::vector<int64_t> numbers(static_cast<size_t>(classes.dims[0]));
  std::iota(numbers.begin(), numbers.end(), 0);
  ConstantData positions = list(DType::i64, numbers);
  bool from_text = x.dtype() == DType::string;
  const ConstantData &keys = from_text ? classes : positions;
  const ConstantData &values = from_text ? positions : classes;
  node.output(
      look_up(node, x, keys, values, default_value(node, values.dtype)));
}

} // namespace

LANDFALL_ONNX(label_encoder,
              {"LabelEncoder", 1, position_encoder, "ai.onnx.ml"},
              {"LabelEncoder", 2, label_encoder, "ai.onnx.ml"})

} // namespace landfall::frontend
