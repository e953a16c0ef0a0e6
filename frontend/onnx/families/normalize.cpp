//===- normalize.cpp - Zero mean and unit variance --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::onnx {

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

PointBody per_channel(Tensor parameter) {
  return [=](std::span<const Scalar> i) { return parameter.at({i[1]}); };
}

PointBody broadcast_parameter(Tensor parameter) {
  if (!parameter)
    return {};
  return [=](std::span<const Scalar> i) {
    return parameter.builder().broadcast_at(parameter, i);
  };
}

} // namespace landfall::onnx
