//===- normalize.cpp - Zero mean and unit variance --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

RowFold moments(double epsilon) {
  return [epsilon](const Row &row) -> Scalars {
    Scalar mean = row.mean();
    return {mean, 1 / sqrt(row.variance(mean) + epsilon)};
  };
}

Tensor normalize_rows(const Rows &rows, double epsilon, const PointBody &scale,
                      const PointBody &bias) {
  return map_rows(
      rows, std::array{rows.type, rows.type}, moments(epsilon), rows.x.dtype(),
      [&](std::span<const Scalar> i, Scalar x, const Scalars &folded) {
        Scalar y = (x - folded[0]) * folded[1];
        if (scale)
          y = y * convert(scale(i), rows.type);
        return bias ? y + convert(bias(i), rows.type) : y;
      });
}

RowFold inverse_rms(double epsilon) {
  return [epsilon](const Row &row) -> Scalars {
    Scalar square = row.mean([](Scalar x) { return x * x; });
    return {1 / sqrt(square + epsilon)};
  };
}

Tensor rms_normalize_rows(const Rows &rows, double epsilon,
                          const PointBody &scale, DType result) {
  return map_rows(
      rows, std::array{rows.type}, inverse_rms(epsilon), result,
      [&](std::span<const Scalar> i, Scalar x, const Scalars &folded) {
        return x * folded[0] * convert(scale(i), rows.type);
      });
}

PointBody per_channel(const Node &node, int position, std::string_view name,
                      Tensor x) {
  Tensor parameter = node.input(position, name);
  require_list(node, parameter, name, x.dim(1));
  return [=](std::span<const Scalar> i) { return parameter.at({i[1]}); };
}

PointBody broadcast_parameter(const Node &node, Tensor parameter,
                              std::string_view name, Tensor x) {
  if (!parameter)
    return {};
  require_broadcasts_to(node, parameter, name, x);
  return [=](std::span<const Scalar> i) {
    return parameter.builder().broadcast_at(parameter, i);
  };
}

} // namespace landfall::frontend
