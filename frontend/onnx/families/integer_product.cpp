//===- integer_product.cpp - Products of quantised matrices ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/integer_product.h"

#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

Tensor scaled_product(const Node &node, const IntegerProduct &p) {
  Builder &b = node.b();
  MatrixProduct product;
  product.a = p.a;
  product.b = p.b;
  product.a_zero = p.a_zero ? one_element(node, p.a_zero) : Tensor();
  product.b_zero = p.b_zero;
  product.accumulator = DType::i32;
  product.result = p.result;
  Tensor a_scale = one_element(node, p.a_scale);
  if (p.bias)
    require_list(node, p.bias, "bias", p.b.dim(-1));
  auto parameter = [&](Tensor x, std::span<const Scalar> point) {
    return convert(b.broadcast_at(x, point), DType::f32);
  };
  product.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    Scalar scale =
        convert(a_scale.at({}), DType::f32) * parameter(p.b_scale, point);
    Scalar value = cast(sum, DType::f32) * scale;
    return p.bias ? value + parameter(p.bias, point) : value;
  };
  return matrix_product(b, product);
}

/// The extrema of 0 and the elements behind the first `groups` indices.
static Tensors range_with_zero(Builder &b, Tensor x, int groups) {
  DType types[] = {DType::f32, DType::f32};
  Shape outer = sublist(x.shape(), 0, groups);
  Shape inner = sublist(x.shape(), groups, x.rank());
  return b.map(outer, types, [&](std::span<const Scalar> group) {
    Scalar zero = b.literal(DType::f32, 0);
    return b.fold(inner, {zero, zero},
                  [&](std::span<const Scalar> i, std::span<const Scalar> best) {
                    Scalar value = convert(x.at(joined(group, i)), DType::f32);
                    return Scalars{minimum(best[0], value),
                                   maximum(best[1], value)};
                  });
  });
}

DynamicQuantized quantize_dynamically(Builder &b, Tensor x, int groups) {
  Tensors range = range_with_zero(b, x, groups);
  Tensor scale = b.elementwise(range, [](std::span<const Scalar> r) {
    Scalar span = r[1] - r[0];
    return select(span == 0, r[0].builder().literal(DType::f32, 1), span) / 255;
  });
  Tensor zero =
      b.elementwise({range[0], scale}, [](std::span<const Scalar> operands) {
        Scalar start = 0.0 - operands[0] / operands[1];
        return cast_saturate(round_even(minimum(maximum(start, 0), 255)),
                             DType::u8);
      });
  Tensor stored = b.map(x.shape(), DType::u8, [&](std::span<const Scalar> i) {
    auto group = i.first(groups);
    return quantized(convert(x.at(i), DType::f32) / scale.at(group), DType::u8,
                     zero.at(group));
  });
  return {stored, scale, zero};
}

} // namespace landfall::frontend
