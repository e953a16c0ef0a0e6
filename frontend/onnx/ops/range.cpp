//===- range.cpp - Evenly spaced values -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// All three operands are integers read by the host: extents depend on them.
void integer_range(Node &node, DType type) {
  Builder &b = node.b();
  Size start = one_size(node, 0, "start");
  Size limit = one_size(node, 1, "limit");
  Size delta = node.has_input(2) ? one_size(node, 2, "delta") : Size(1);
  b.require(1 - equal(delta, 0), "Range needs a delta other than 0");
  Size count = max(ceildiv(limit - start, delta), 0);
  node.output(b.map({count}, type, [&](std::span<const Scalar> at) {
    return convert(b.scalar(start) + at[0] * b.scalar(delta), type);
  }));
}

/// max(ceil((limit - start) / delta), 0)
Size real_count(Node &node, Tensor delta) {
  Builder &b = node.b();
  Tensor operands[] = {one_element(node, node.input(0, "start")),
                       one_element(node, node.input(1, "limit")),
                       one_element(node, delta)};
  Tensor count = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    Scalar x[3];
    for (int i = 0; i < 3; ++i)
      x[i] = cast(only_element(operands[i]), DType::f64);
    Scalar steps = cast(maximum(ceil((x[1] - x[0]) / x[2]), 0.0), DType::i64);
    return select(x[2] == 0, b.index(-1), steps);
  });
  return b.read_required(count, 0, {0, INT64_MAX},
                         "Range needs a delta other than 0");
}

// output[i] = start + i * delta, for as long as it stays before limit; ONNX
// Runtime's delta is 1 by default
void range(Node &node) {
  Builder &b = node.b();
  Tensor start = node.input(0, "start");
  DType type = start.dtype(), compute = compute_type(type);
  if (is_integer(type))
    return integer_range(node, type);
  Tensor delta = node.optional_input(2, "delta");
  if (!delta)
    delta = b.map({}, type,
                  [&](std::span<const Scalar>) { return b.literal(type, 1); });
  Size count = real_count(node, delta);
  node.output(b.map({count}, type, [&](std::span<const Scalar> at) {
    Scalar first = convert(only_element(start), compute);
    Scalar step = convert(only_element(delta), compute);
    return convert(first + convert(at[0], compute) * step, type);
  }));
}

} // namespace

LANDFALL_ONNX(range, {"Range", 11, range}, {"Range", 1, range, "com.microsoft"})

} // namespace landfall::frontend
