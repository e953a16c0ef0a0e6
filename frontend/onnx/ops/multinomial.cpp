//===- multinomial.cpp - Random classes by their log odds -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output[b, s] = the first class whose cumulated exp(input[b]) exceeds u sum,
// u uniform in [0, 1)
static void multinomial(Node &node) {
  Tensor input = real_input(node, 0, "input");
  node.expect(input.rank() == 2, "input must be [batch, classes]");
  int64_t samples = node.int_attr("sample_size", 1);
  node.expect(samples >= 0, "`sample_size` must not be negative");
  DType type = numeric_dtype(node, "dtype", DType::i32);
  RandomNumbers numbers(node);
  Builder &b = node.b();
  DType real = compute_type(input.dtype());
  Shape shape = {input.dim(0), samples};
  node.output(b.map(shape, type, [&](std::span<const Scalar> i) {
    Scalar u = numbers.uniform(point_number(b, i, shape), real);
    return convert(drawn_class(input, i[0], u), type);
  }));
}

LANDFALL_ONNX(multinomial, {"Multinomial", 7, multinomial})

} // namespace landfall::frontend
