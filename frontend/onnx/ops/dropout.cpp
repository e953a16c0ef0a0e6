//===- dropout.cpp - Drops elements at random while training ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// Outside training nothing is dropped. The mask was of data's type until
// opset 9.
static void keep_all(Node &node, Tensor data) {
  node.output(0, data);
  if (!node.wants_output(1))
    return;
  DType type = node.version() < 10 ? data.dtype() : DType::boolean;
  node.output(1, node.b().map(data.shape(), type, [&](std::span<const Scalar>) {
    return node.b().literal_int(type, 1);
  }));
}

// mask = not training_mode or u >= ratio, u uniform in [0, 1)
// output = data / (1 - ratio) where mask holds, else 0
static void drop(Node &node, Tensor data, Tensor ratio, Tensor training) {
  RandomNumbers numbers(node, RandomNumbers::Seed::integer);
  Builder &b = node.b();
  DType type = compute_type(data.dtype());
  auto rate = [&] {
    return ratio ? convert(ratio.at({}), type) : b.literal(type, 0.5);
  };
  auto kept = [&](std::span<const Scalar> i) {
    Scalar n = point_number(b, i, data.shape());
    return logical_or(logical_not(training.at({})),
                      numbers.uniform(n, type) >= rate());
  };
  node.output(0, b.map(data.shape(), data.dtype(), [&](auto i) {
    Scalar x = widen(data.at(i));
    Scalar scaled = select(training.at({}), x / (1 - rate()), x);
    return convert(select(kept(i), scaled, b.literal(type, 0)), data.dtype());
  }));
  if (node.wants_output(1))
    node.output(1, b.map(data.shape(), DType::boolean, kept));
}

// Until opset 11 a model that runs is not in training.
static void inference_dropout(Node &node) {
  keep_all(node, node.input(0, "data"));
}

static void dropout(Node &node) {
  Tensor data = node.input(0, "data");
  Tensor ratio = node.optional_input(1, "ratio");
  Tensor training = node.optional_input(2, "training_mode");
  if (!training)
    return keep_all(node, data);
  auto known = node.constant_input(2);
  if (known && !known->bytes.data.empty() && known->bytes.data[0] == 0)
    return keep_all(node, data);
  real_input(node, 0, "data");
  drop(node, data, ratio ? one_element(node, ratio) : ratio,
       one_element(node, training));
}

LANDFALL_ONNX(dropout, {"Dropout", 1, inference_dropout},
              {"Dropout", 12, dropout})

} // namespace landfall::frontend
