//===- tensor_summary.h - A tensor in a line -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/tensor.h"

#include <optional>

namespace landfall::cli {

/// Element `number` as a double; of a complex one the real part.
double element(const Tensor &tensor, size_t number);

/// Statistics of the elements that are not NaN.
struct TensorSummary {
  double smallest = 0;
  double largest = 0;
  double mean = 0;
  size_t not_numbers = 0;
};
/// Nothing for text, complex numbers, and where there is no number.
std::optional<TensorSummary> summarize(const Tensor &tensor);

/// The largest difference between elements; NaN equals NaN. Nothing where the
/// shapes differ, or for text.
std::optional<double> largest_difference(const Tensor &a, const Tensor &b);

/// "1x3x224x224"; "scalar".
std::string shape_text(const std::vector<int64_t> &dims);

} // namespace landfall::cli
