//===- multinomial.cpp - Random classes by their log odds -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random.h"
#include "frontend/onnx/support/row.h"

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
  Rows rows = Rows::from_axis(input, 1);
  Shape shape = {input.dim(0), samples};
  node.output(b.map(shape, type, [&](std::span<const Scalar> i) {
    Row row = rows.at(std::array{i[0], b.index(0)});
    Scalar top = row.max();
    Scalar total = row.sum([&](Scalar x) { return exp(x - top); });
    Scalar u = numbers.uniform(point_number(b, i, shape), rows.type) * total;
    auto step = [&](std::span<const Scalar> at,
                    std::span<const Scalar> carried) -> Scalars {
      Scalar x = widen(input.at({i[0], at[0]}));
      Scalar cumulated = carried[0] + exp(x - top);
      Scalar below = cast(cumulated <= u, DType::i64);
      return {cumulated, carried[1] + below};
    };
    Scalar chosen =
        b.fold({input.dim(1)}, {b.literal(rows.type, 0), b.index(0)}, step)[1];
    return convert(minimum(chosen, b.scalar(input.dim(1)) - 1), type);
  }));
}

LANDFALL_ONNX(multinomial, {"Multinomial", 7, multinomial})

} // namespace landfall::frontend
