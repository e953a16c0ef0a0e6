//===- text_operand.cpp - Operands of strings -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

Tensor text_numbers(Builder &b, Tensor x) {
  if (x.dtype() != DType::string)
    return x;
  return b.elementwise(
      {x}, [](std::span<const Scalar> e) { return bitcast(e[0], DType::i64); });
}

static Tensor host_tensor(Builder &b, BoxFunction function,
                          std::span<const Any> arguments,
                          const SignatureValue &result,
                          std::span<const int64_t> extra) {
  return b.box(function, arguments, {&result, 1}, extra)[0].tensor;
}

Tensor host_tensor(Builder &b, BoxFunction function,
                   std::span<const Any> arguments, DType dtype,
                   const Shape &shape, std::span<const int64_t> extra) {
  SignatureValue result;
  result.dtype = dtype;
  for (const Size &extent : shape)
    result.dims.push_back({extent.constant().value_or(-1), ""});
  return b.reshape(host_tensor(b, function, arguments, result, extra), shape);
}

Tensor host_tensor(Builder &b, BoxFunction function,
                   std::span<const Any> arguments, DType dtype, int rank,
                   std::span<const int64_t> extra) {
  SignatureValue result;
  result.dtype = dtype;
  result.dims.resize(size_t(rank));
  return host_tensor(b, function, arguments, result, extra);
}

Tensor constant_text(Builder &b, const std::string &text) {
  return b.constant(b.texts({}, {&text, 1}));
}

} // namespace landfall::frontend
