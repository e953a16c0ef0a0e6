//===- tensor_summary.cpp - A tensor in a line ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/tensor_summary.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace landfall::cli {

namespace {

template <typename T> T read_as(const uint8_t *at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

double integer(DType type, const uint8_t *at) {
  uint64_t bits = 0;
  std::memcpy(&bits, at, size_t(size_of(type)));
  if (type == DType::u64)
    return double(bits);
  return type == DType::boolean ? double(bits != 0)
                                : double(wrap_integer(type, int64_t(bits)));
}

bool is_summable(const Tensor &tensor) {
  return tensor.dtype != DType::string &&
         info(tensor.dtype).kind != DTypeKind::complex;
}

} // namespace

double element(const Tensor &tensor, size_t number) {
  DType type = tensor.dtype;
  const uint8_t *at = tensor.bytes.data.data() + number * size_t(size_of(type));
  if (type == DType::f32 || type == DType::c64)
    return read_as<float>(at);
  if (type == DType::f64 || type == DType::c128)
    return read_as<double>(at);
  if (!is_real(type))
    return integer(type, at);
  return real_to_float(type, size_of(type) == 1 ? *at : read_as<uint16_t>(at));
}

std::optional<TensorSummary> summarize(const Tensor &tensor) {
  if (!is_summable(tensor))
    return std::nullopt;
  TensorSummary result;
  result.smallest = std::numeric_limits<double>::infinity();
  result.largest = -result.smallest;
  double sum = 0;
  auto count = size_t(tensor.element_count());
  for (size_t i = 0; i < count; ++i) {
    double value = element(tensor, i);
    if (std::isnan(value)) {
      ++result.not_numbers;
      continue;
    }
    result.smallest = std::min(result.smallest, value);
    result.largest = std::max(result.largest, value);
    sum += value;
  }
  if (count == result.not_numbers)
    return std::nullopt;
  result.mean = sum / double(count - result.not_numbers);
  return result;
}

std::optional<double> largest_difference(const Tensor &a, const Tensor &b) {
  if (a.dims != b.dims || !is_summable(a) || !is_summable(b))
    return std::nullopt;
  double largest = 0;
  auto count = size_t(a.element_count());
  for (size_t i = 0; i < count; ++i) {
    double x = element(a, i), y = element(b, i);
    if (x == y || (std::isnan(x) && std::isnan(y)))
      continue;
    double difference = std::fabs(x - y);
    if (std::isnan(difference))
      return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

std::string shape_text(const std::vector<int64_t> &dims) {
  if (dims.empty())
    return "scalar";
  std::string text;
  for (int64_t dim : dims)
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text;
}

} // namespace landfall::cli
