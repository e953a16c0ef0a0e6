//===- launch_verifier.cpp - A launch against the interpreter -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/launch_verifier.h"
#include "runtime/launch_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

/// The type that elements are compared as: complex ones as pairs of reals.
DType component(DType dtype) {
  return dtype == DType::c64    ? DType::f32
         : dtype == DType::c128 ? DType::f64
                                : dtype;
}

/// A tensor's numbers, widened to double (integers beyond 2^53 lose bits, but
/// those that differ there still differ or are within one of each other).
std::vector<double> numbers(DType dtype, const std::vector<uint8_t> &bytes) {
  DType type = component(dtype);
  std::vector<double> values(bytes.size() / size_of(type));
  for (size_t i = 0; i < values.size(); ++i) {
    ScalarValue value = load_scalar(type, bytes.data() + i * size_of(type));
    values[i] = is_real(type) ? value.d : static_cast<double>(value.i);
  }
  return values;
}

struct Divergence {
  size_t worst = 0;
  double excess = 0; ///< Difference by allowance; above one: diverges.
  double allowed = 0;
  size_t count = 0;
};

Divergence divergence(DType dtype, const std::vector<double> &actual,
                      const std::vector<double> &expected) {
  double largest = 0;
  for (double value : expected)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  Tolerance allow = tolerance(dtype);
  Divergence result;
  for (size_t i = 0; i < expected.size(); ++i) {
    double a = actual[i], e = expected[i];
    if (a == e || (std::isnan(a) && std::isnan(e)))
      continue;
    double allowed = allow.relative * std::abs(e) + allow.absolute * largest;
    double excess = std::isfinite(a) && std::isfinite(e) && allowed > 0
                        ? std::abs(a - e) / allowed
                        : INFINITY;
    result.count += excess > 1;
    if (excess > result.excess)
      result = {i, excess, allowed, result.count};
  }
  return result;
}

/// A flat element number as "[1,2,3]".
std::string index_text(size_t flat, const std::vector<int64_t> &dims) {
  std::string text;
  for (size_t d = dims.size(); d-- > 0;) {
    text.insert(0,
                fmt::format("{}{}", flat % dims[d], text.empty() ? "" : ","));
    flat /= dims[d];
  }
  return "[" + text + "]";
}

Error diverged(const Kernel &kernel, size_t operand, const TensorRef &tensor,
               const Divergence &found, double actual, double expected) {
  size_t element = found.worst;
  if (component(tensor.dtype) != tensor.dtype)
    element /= 2;
  return {ErrorCode::internal,
          fmt::format(
              "kernel '{}' diverges from the interpreter: output operand {} "
              "({} {}), element {}: the device computed {}, the interpreter {} "
              "(allowed difference {:.3g}), and {} elements differ too much; "
              "please report it",
              kernel.name, operand, name(tensor.dtype), dims_text(tensor.dims),
              index_text(element, tensor.dims), actual, expected, found.allowed,
              found.count)};
}

} // namespace

Tolerance tolerance(DType dtype) {
  switch (component(dtype)) {
  case DType::f64:
    return {1e-9, 1e-11};
  case DType::f32:
    return {1e-4, 2e-5};
  default:
    break;
  }
  if (!is_real(dtype))
    return {0, 0};
  // Narrow reals may differ by two units of the coarsest spacing, which is
  // found as the largest step above one.
  double step = 1;
  while (step > 1e-4 &&
         real_to_float(dtype, real_from_double(dtype, 1 + step / 2)) != 1)
    step /= 2;
  return {2 * step, step / 4};
}

Result<LaunchVerifier>
LaunchVerifier::begin(const Kernel &kernel, Queue &queue,
                      std::span<const TensorRef *const> operands,
                      std::span<const int64_t> sizes) {
  LaunchVerifier verifier;
  verifier.kernel_ = &kernel;
  verifier.sizes_.assign(sizes.begin(), sizes.end());
  for (const TensorRef *tensor : operands) {
    Copy copy(tensor->bytes);
    TRY(queue.read(copy.data(), tensor->span, copy.size()));
    verifier.before_.push_back(std::move(copy));
  }
  return verifier;
}

Result<std::vector<LaunchVerifier::Copy>>
LaunchVerifier::interpreted(Precision precision) const {
  std::vector<Copy> copies = before_;
  std::vector<void *> pointers;
  for (Copy &copy : copies)
    pointers.push_back(copy.data());
  TRY(interpret(*kernel_, {pointers, sizes_}, precision));
  return copies;
}

Status LaunchVerifier::compare(Queue &queue,
                               std::span<const TensorRef *const> operands) {
  std::vector<Copy> high = TRY(interpreted(Precision::high));
  for (size_t k = 0; k < operands.size(); ++k) {
    const TensorRef &tensor = *operands[k];
    if (!kernel_->operands[k].written)
      continue;
    Copy copy(tensor.bytes);
    TRY(queue.read(copy.data(), tensor.span, copy.size()));
    std::vector<double> actual = numbers(tensor.dtype, copy);
    std::vector<double> expected = numbers(tensor.dtype, high[k]);
    Divergence found = divergence(tensor.dtype, actual, expected);
    if (found.count == 0)
      continue;
    // Comparisons, roundings and arg-reductions may differ in double precision.
    // A result that equals the interpreter's in exact mode is correct, too.
    std::vector<Copy> exact = TRY(interpreted(Precision::exact));
    if (divergence(tensor.dtype, actual, numbers(tensor.dtype, exact[k]))
            .count == 0)
      continue;
    return diverged(*kernel_, k, tensor, found, actual[found.worst],
                    expected[found.worst]);
  }
  return {};
}

} // namespace landfall::runtime
